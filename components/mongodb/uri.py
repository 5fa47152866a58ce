"""The type of a setting that holds a connection string of MongoDB."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

from ..settings.base import AcceptsOutput


def _mongodb_uri(value: SecretStr) -> SecretStr:
    uri = value.get_secret_value()
    try:
        parts = urlsplit(uri)
        complete = parts.scheme in {"mongodb", "mongodb+srv"} and bool(parts.netloc.rpartition("@")[2])
    except ValueError:
        complete = False
    if uri and not complete:
        raise ValueError("not a MongoDB URI, write `mongodb://user:password@host:27017/LibreChat?authSource=...`")
    return value


MongoUri = Annotated[SecretStr, AfterValidator(_mongodb_uri), AcceptsOutput()]
