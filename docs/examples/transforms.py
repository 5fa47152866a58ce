"""What no setting covers: a transform changes objects on their way to the cluster.

Save it as transforms.py beside __main__.py, and make `import transforms` the first import there.
"""

from typing import Any

import pulumi

REGISTRY = {"ip": "10.1.2.3", "hostnames": ["registry.internal"]}


def host_aliases(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Give the pods of Ollama the address of a registry that no name server knows.

    The properties are those of the manifest, in camelCase.
    """
    if args.type_ != "kubernetes:apps/v1:Deployment" or args.name != "ollama-deployment":
        return None
    spec: Any = args.props["spec"]
    spec["template"]["spec"]["hostAliases"] = [REGISTRY]
    return pulumi.ResourceTransformResult(args.props, args.opts)


pulumi.runtime.register_resource_transform(host_aliases)
