"""Settings that are refused: what a stack file says below the project's name, the key path, the value, the rule."""

from typing import NamedTuple


class Case(NamedTuple):
    """One setting that is refused.

    text: settings as YAML.
    path: the key path that the message names.
    value: what the message shows of the value; empty where it shows none.
    words: words of the rule.
    engine: whether the engine passes the mistake on; it turns every scalar at the top into text.
    """

    text: str
    path: str
    value: str
    words: tuple[str, ...]
    engine: bool = True


UNKNOWN = "unknown key, did you mean"
CASES: dict[str, Case] = {
    # --- unknown keys, at each level, with the nearest valid ones
    "unknown section": Case("ollma: {}", "ollma", "a mapping", (UNKNOWN, "`ollama`")),
    "unknown key at the top": Case("imageRegistri: a.b", "imageRegistri", '"a.b"', (UNKNOWN, "`imageRegistry`")),
    "snake case": Case(
        "ollama: {num_parallell: 2}", "ollama.num_parallell", "2", (UNKNOWN, "`ollama.server.numParallel`")
    ),
    "unknown key of a section": Case(
        "ollama: {model: llama2}", "ollama.model", '"llama2"', (UNKNOWN, "`ollama.models`")
    ),
    "unknown key two levels down": Case(
        "ollama: {gpu: {cuont: 1}}", "ollama.gpu.cuont", "1", (UNKNOWN, "`ollama.gpu.count`")
    ),
    "unknown key three levels down": Case(
        "mongodb: {resources: {limits: {mem: 1Gi}}}",
        "mongodb.resources.limits.mem",
        '"1Gi"',
        (UNKNOWN, "`mongodb.resources.limits.memory`"),
    ),
    "key of another section": Case(
        "librechat: {keepAlive: 5m}", "librechat.keepAlive", '"5m"', (UNKNOWN, "`ollama.server.keepAlive`")
    ),
    "another case": Case("ollama: {GPU: {count: 1}}", "ollama.GPU", "a mapping", (UNKNOWN, "`ollama.gpu`")),
    "nothing near": Case(
        "ollama: {gpu: {xyzzy: 1}}", "ollama.gpu.xyzzy", "1", ("unknown key, valid here:", "`count`", "`vendor`")
    ),
    "unknown key with a dot": Case(
        'ollama: {gpu: {"a.b": 1}}', 'ollama.gpu["a.b"]', "1", ("unknown key, valid here:", "`count`")
    ),
    "unknown key of tls": Case(
        "librechat: {exposure: {tls: {secret: x}}}",
        "librechat.exposure.tls.secret",
        "[secret]",
        (UNKNOWN, "`librechat.exposure.tls.secretName`"),
    ),
    "unknown key of the gateway": Case(
        "ollama: {exposure: {gateway: {listener: x}}}",
        "ollama.exposure.gateway.listener",
        '"x"',
        ("unknown key, valid here:", "`sectionName`"),
    ),
    # --- wrong types
    "text for a section": Case("ollama: llama2", "ollama", '"llama2"', ("has to be a mapping of settings",)),
    "list for a section": Case("ollama: []", "ollama", "[]", ("has to be a mapping of settings",)),
    "null for a section": Case("ollama: {gpu: null}", "ollama.gpu", "None", ("has to be a mapping of settings",)),
    "text for a list": Case("ollama: {models: llama2}", "ollama.models", '"llama2"', ("has to be a list",)),
    "mapping for a list": Case("ollama: {models: {a: b}}", "ollama.models", "a mapping", ("has to be a list",)),
    "number in a list of text": Case("ollama: {models: [1]}", "ollama.models[0]", "1", ("has to be text",)),
    "text for a number": Case("ollama: {replicas: two}", "ollama.replicas", '"two"', ("has to be a whole number",)),
    "number in quotes": Case('ollama: {gpu: {count: "1"}}', "ollama.gpu.count", '"1"', ("has to be a whole number",)),
    "fraction for a whole number": Case(
        "ollama: {gpu: {count: 1.5}}", "ollama.gpu.count", "1.5", ("has to be a whole number",)
    ),
    "boolean for a number": Case(
        "ollama: {gpu: {count: true}}", "ollama.gpu.count", "true", ("has to be a whole number",)
    ),
    "text for a boolean": Case(
        'ollama: {server: {debug: "on"}}', "ollama.server.debug", '"on"', ("has to be true or false",)
    ),
    "number for a boolean": Case("ollama: {pull: {wait: 1}}", "ollama.pull.wait", "1", ("has to be true or false",)),
    "text for a boolean at the top": Case(
        "dataProtection: maybe", "dataProtection", '"maybe"', ("has to be true or false",)
    ),
    "boolean for text": Case("ollama: {image: true}", "ollama.image", "true", ("has to be text",)),
    "number for text": Case("environment: 1", "environment", "1", ("has to be text",), engine=False),
    "text for a mapping": Case("labels: team", "labels", '"team"', ("has to be a mapping",)),
    "number for a label": Case("labels: {team: 1}", "labels.team", "1", ("has to be text",)),
    "text for a list at the top": Case("imagePullSecrets: login", "imagePullSecrets", '"login"', ("has to be a list",)),
    "text for tolerations": Case(
        "ollama: {pods: {tolerations: [gpu]}}", "ollama.pods.tolerations[0]", '"gpu"', ("has to be a mapping",)
    ),
    "boolean for a duration": Case(
        "ollama: {server: {keepAlive: true}}", "ollama.server.keepAlive", "true", ("has to be text",)
    ),
    # --- quantities
    "quantity with a wrong unit": Case(
        "ollama: {storage: {size: 10GB}}", "ollama.storage.size", '"10GB"', ("not a Kubernetes quantity", "10Gi")
    ),
    "quantity in words": Case(
        "mongodb: {resources: {requests: {memory: much}}}",
        "mongodb.resources.requests.memory",
        '"much"',
        ("not a Kubernetes quantity",),
    ),
    "quantity with a space": Case(
        "mongodb: {storage: {size: 10 Gi}}", "mongodb.storage.size", '"10 Gi"', ("not a Kubernetes quantity",)
    ),
    "quantity with a line break": Case(
        'mongodb: {storage: {size: "10Gi\\n"}}', "mongodb.storage.size", "10Gi", ("not a Kubernetes quantity",)
    ),
    "quantity in other digits": Case(
        "mongodb: {storage: {size: \u0661\u0660Gi}}", "mongodb.storage.size", "Gi", ("not a Kubernetes quantity",)
    ),
    "quantity beyond what Kubernetes holds": Case(
        "mongodb: {storage: {size: 1e40}}", "mongodb.storage.size", '"1e40"', ("more than Kubernetes can hold",)
    ),
    "negative size": Case(
        "mongodb: {storage: {size: -1Gi}}", "mongodb.storage.size", '"-1Gi"', ("cannot be negative",)
    ),
    "negative number as size": Case(
        "meilisearch: {storage: {size: -5}}", "meilisearch.storage.size", "-5", ("cannot be negative",)
    ),
    "no size": Case("meilisearch: {storage: {size: 0}}", "meilisearch.storage.size", "0", ("has to be more than 0",)),
    "empty size": Case(
        'meilisearch: {storage: {size: ""}}', "meilisearch.storage.size", '""', ("not a Kubernetes quantity",)
    ),
    "size without a unit": Case(
        "ollama: {storage: {size: 10}}", "ollama.storage.size", "10", ("less than 1Mi", "10Gi")
    ),
    "milli-bytes of memory": Case(
        "ollama: {resources: {limits: {memory: 512m}}}",
        "ollama.resources.limits.memory",
        '"512m"',
        ("`m` stands for a fraction", "of a byte", "512Mi"),
    ),
    "milli-bytes of storage": Case(
        "mongodb: {storage: {size: 20000m}}", "mongodb.storage.size", '"20000m"', ("`m` stands for a fraction", "10Gi")
    ),
    "fields of a cron expression": Case(
        "mongodb: {backup: {schedule: 30 2 * *}}",
        "mongodb.backup.schedule",
        '"30 2 * *"',
        ("not a cron expression of five fields", "`30 2 * * *`"),
    ),
    "hour of a cron expression": Case(
        "mongodb: {backup: {schedule: 30 24 * * *}}",
        "mongodb.backup.schedule",
        '"30 24 * * *"',
        ("the hour has to be 0 to 23",),
    ),
    "range of a cron expression": Case(
        "mongodb: {backup: {schedule: 30 2 * * FRI-MON}}",
        "mongodb.backup.schedule",
        '"30 2 * * FRI-MON"',
        ("the day of week has to be 0 to 6",),
    ),
    "step of a cron expression": Case(
        "mongodb: {backup: {schedule: '*/0 * * * *'}}",
        "mongodb.backup.schedule",
        '"*/0 * * * *"',
        ("the minute has to be 0 to 59", "`*/5`"),
    ),
    "misspelled time zone": Case(
        "mongodb: {backup: {timeZone: Europe/Zurick}}",
        "mongodb.backup.timeZone",
        '"Europe/Zurick"',
        ("did you mean `Europe/Zurich`?",),
    ),
    "backup to nowhere": Case(
        "mongodb: {backup: {s3: {endpoint: 'https://s3.example.org'}}}",
        "mongodb.backup.s3.endpoint",
        '"https://s3.example.org"',
        ("has no effect without `mongodb.backup.s3.bucket`",),
    ),
    "bucket without a Secret": Case(
        "mongodb: {backup: {s3: {bucket: archives}}}",
        "mongodb.backup.s3.existingSecret",
        '""',
        ("needs a Secret", "`AWS_ACCESS_KEY_ID`"),
    ),
    "bucket and a claim": Case(
        "mongodb: {backup: {s3: {bucket: archives, existingSecret: s3}, storage: {existingClaim: nas}}}",
        "mongodb.backup.storage.existingClaim",
        '"nas"',
        ("has no effect", "`mongodb.backup.s3.bucket`"),
    ),
    "name of a bucket": Case(
        "mongodb: {backup: {s3: {bucket: 's3://archives'}}}",
        "mongodb.backup.s3.bucket",
        '"s3://archives"',
        ("has to match",),
    ),
    "backup of a database elsewhere": Case(
        "mongodb: {backup: {enabled: true}, external: {existingSecret: db}}",
        "mongodb.backup.enabled",
        "true",
        ("one outside is backed up where it runs",),
    ),
    "limit of a backup below its request": Case(
        "mongodb: {backup: {resources: {limits: {memory: 64Mi}}}}",
        "mongodb.backup.resources.limits.memory",
        '"64Mi"',
        ("is less than", "`mongodb.backup.resources.requests.memory: 128Mi`"),
    ),
    "memory without a unit": Case(
        "mongodb: {resources: {requests: {memory: 512}}}",
        "mongodb.resources.requests.memory",
        "512",
        ("less than 1Mi", "512Mi"),
    ),
    "wrong quantity in a quota": Case(
        "namespaces: {quota: {ollama: {pods: many}}}",
        "namespaces.quota.ollama.pods",
        '"many"',
        ("not a Kubernetes quantity",),
    ),
    "address with a line break": Case(
        'librechat: {admin: {email: "you@example.org\\n", existingSecret: a}}',
        "librechat.admin.email",
        "you@example.org",
        ("not an e-mail address",),
    ),
    "parameter that LibreChat drops": Case(
        "librechat: {endpoint: {addParams: {temperature: 0.7, max_tokens: 2000}}}",
        "librechat.endpoint.addParams.max_tokens",
        "",
        ("LibreChat drops it", "write `maxTokens`"),
    ),
    "wildcard for the one host of LibreChat": Case(
        "librechat: {exposure: {host: '*.example.org'}}",
        "librechat.exposure.host",
        '"*.example.org"',
        ("stands for many hosts", "`librechat.domain`", "`https://chat.example.org`"),
    ),
    "no CPU": Case(
        "ollama: {resources: {requests: {cpu: 0}}}", "ollama.resources.requests.cpu", "0", ("has to be more than 0",)
    ),
    "limit below its request": Case(
        "ollama: {resources: {requests: {memory: 8Gi}, limits: {memory: 4Gi}}}",
        "ollama.resources.limits.memory",
        '"4Gi"',
        ("is less than", "`ollama.resources.requests.memory: 8Gi`"),
    ),
    "pool behind a controller that nobody knows": Case(
        "ollama: {pools: {amd: {exposure: "
        "{type: Ingress, host: amd.example.org, controller: other, allowAnonymous: true}}}}",
        "networkPolicies.ingressController.namespace",
        '""',
        ("`ollama.pools.amd.exposure.controller: other`",),
    ),
    "limit of the token's proxy below its request": Case(
        "ollama: {exposure: {token: {resources: {requests: {memory: 4Gi}}}}}",
        "ollama.exposure.token.resources.limits.memory",
        '"128Mi"',
        ("is less than", "`ollama.exposure.token.resources.requests.memory: 4Gi`"),
    ),
    "limit of a pool below its request": Case(
        "ollama: {pools: {amd: {resources: {limits: {cpu: 500m}}}}}",
        "ollama.pools.amd.resources.limits.cpu",
        '"500m"',
        ("is less than", "`ollama.pools.amd.resources.requests.cpu: 1`"),
    ),
    "no limit of a pool where its namespace has one": Case(
        'ollama: {pools: {amd: {resources: {limits: {memory: ""}}}}}',
        "ollama.pools.amd.resources.limits.memory",
        '""',
        ("LimitRange would make it 512Mi",),
    ),
    # --- names, hosts, URLs
    "host with a scheme": Case(
        "librechat: {exposure: {host: https://chat.example.org}}",
        "librechat.exposure.host",
        '"https://chat.example.org"',
        ("a host name has no scheme",),
    ),
    "host with a port": Case(
        "librechat: {exposure: {host: 'chat.example.org:8080'}}",
        "librechat.exposure.host",
        '"chat.example.org:8080"',
        ("no path and no port",),
    ),
    "host with a path": Case(
        "librechat: {exposure: {host: chat.example.org/x}}",
        "librechat.exposure.host",
        '"chat.example.org/x"',
        ("no path and no port",),
    ),
    "host with an underscore": Case(
        "librechat: {exposure: {host: my_chat.example.org}}",
        "librechat.exposure.host",
        '"my_chat.example.org"',
        ("not a host name",),
    ),
    "host in upper case": Case(
        "librechat: {exposure: {host: Chat.example.org}}",
        "librechat.exposure.host",
        '"Chat.example.org"',
        ("not a host name", "lower-case"),
    ),
    "IP address for a host": Case(
        "librechat: {exposure: {host: 10.0.0.1}}",
        "librechat.exposure.host",
        '"10.0.0.1"',
        ("an IP address is not a host name",),
    ),
    "host with an empty label": Case(
        "librechat: {exposure: {host: chat..org}}", "librechat.exposure.host", '"chat..org"', ("not a host name",)
    ),
    "host with a line break": Case(
        'librechat: {exposure: {host: "chat.example.org\\n"}}',
        "librechat.exposure.host",
        "chat.example.org",
        ("not a host name",),
    ),
    "host with a label of 64": Case(
        f"librechat: {{exposure: {{host: {'a' * 64}.org}}}}", "librechat.exposure.host", "a" * 64, ("not a host name",)
    ),
    "no host": Case(
        "ollama: {exposure: {type: Ingress, allowAnonymous: true}}",
        "ollama.exposure.host",
        '""',
        ("`ollama.exposure.type: Ingress` needs a host name",),
    ),
    "no gateway": Case(
        "ollama: {exposure: {type: HTTPRoute, host: a.b, controller: traefik, allowAnonymous: true}}",
        "ollama.exposure.gateway.name",
        '""',
        ("needs the name of a Gateway",),
    ),
    "issuer without a Secret": Case(
        "librechat: {exposure: {tls: {issuer: letsencrypt}}}",
        "librechat.exposure.tls.secretName",
        '""',
        ("`librechat.exposure.tls.issuer` needs the Secret to fill",),
    ),
    "Ollama open to everybody": Case(
        "ollama: {exposure: {type: Ingress, host: a.b}}",
        "ollama.exposure.type",
        '"Ingress"',
        ("`ollama.exposure.allowedNetworks`", "`ollama.exposure.token.enabled: true`", "allowAnonymous: true"),
    ),
    "a pool open to everybody": Case(
        "ollama: {pools: {amd: {exposure: {type: Ingress, host: a.b}}}}",
        "ollama.pools.amd.exposure.type",
        '"Ingress"',
        ("`ollama.pools.amd.exposure.allowedNetworks`",),
    ),
    "networks without a controller": Case(
        "{ollama: {exposure: {type: Ingress, host: a.b, controller: other, allowedNetworks: [10.0.0.0/8]}}, "
        "networkPolicies: {enabled: false}}",
        "ollama.exposure.allowedNetworks",
        "10.0.0.0/8",
        ("does not say how to keep others out",),
    ),
    "networks and an annotation for them": Case(
        "librechat: {exposure: {allowedNetworks: [10.0.0.0/8], "
        "annotations: {nginx.ingress.kubernetes.io/whitelist-source-range: 0.0.0.0/0}}}",
        'librechat.exposure.annotations["nginx.ingress.kubernetes.io/whitelist-source-range"]',
        '"0.0.0.0/0"',
        ("would replace `librechat.exposure.allowedNetworks`",),
    ),
    "a Gateway for an Ingress": Case(
        "librechat: {exposure: {controller: envoy-gateway}}",
        "librechat.exposure.controller",
        '"envoy-gateway"',
        ("set `librechat.exposure.type: HTTPRoute`",),
    ),
    "an Ingress controller for an HTTPRoute": Case(
        "librechat: {exposure: {type: HTTPRoute, host: a.b, gateway: {name: g}}}",
        "librechat.exposure.controller",
        '"ingress-nginx"',
        ("no implementation of HTTPRoute",),
    ),
    "TLS of an HTTPRoute": Case(
        "librechat: {exposure: {type: HTTPRoute, host: a.b, controller: traefik, gateway: {name: g}, "
        "tls: {secretName: s}}}",
        "librechat.exposure.tls.secretName",
        "",
        ("the Gateway's listener",),
    ),
    "a token's Secret without a token": Case(
        "ollama: {exposure: {type: Ingress, host: a.b, allowAnonymous: true, token: {existingSecret: s}}}",
        "ollama.exposure.token.existingSecret",
        "",
        ("`ollama.exposure.token.enabled: true`",),
    ),
    "name of a pool": Case("ollama: {pools: {AMD: {}}}", "ollama.pools.AMD", "a mapping", ("not a name of a pool",)),
    "reserved name of a pool": Case(
        "ollama: {pools: {auth: {}}}", "ollama.pools.auth", "a mapping", ("belongs to the first server",)
    ),
    "unknown key of a pool": Case(
        "ollama: {pools: {amd: {gpu: {cuont: 1}}}}", "ollama.pools.amd.gpu.cuont", "1", (UNKNOWN, "gpu.count`")
    ),
    "pool in a pool": Case(
        "ollama: {pools: {amd: {pools: {}}}}", "ollama.pools.amd.pools", "a mapping", ("unknown key",)
    ),
    "model twice in a pool": Case(
        "ollama: {pools: {amd: {models: [llama2, 'llama2:latest']}}}",
        "ollama.pools.amd.models[1]",
        '"llama2:latest"',
        ("`ollama.pools.amd.models[0]`",),
    ),
    "custom model of the name of a model": Case(
        "ollama: {models: [llama2], customModels: [{name: LLAMA2, modelfile: FROM llama2}]}",
        "ollama.customModels[0].name",
        '"LLAMA2:latest"',
        ("`ollama.models[0]`",),
    ),
    "custom model without a base": Case(
        "ollama: {customModels: [{name: mine, modelfile: 'SYSTEM x'}]}",
        "ollama.customModels[0].modelfile",
        "",
        ("needs one line `FROM <model>`",),
    ),
    "custom model of a model that nobody pulls": Case(
        "ollama: {models: [llama2], customModels: [{name: mine, modelfile: FROM mistral}]}",
        "ollama.customModels[0].modelfile",
        '"mistral"',
        ("neither in `ollama.models`",),
    ),
    "custom model of a file": Case(
        "ollama: {models: [llama2], customModels: [{name: mine, modelfile: FROM ./model.gguf}]}",
        "ollama.customModels[0].modelfile",
        '"./model.gguf"',
        ("neither in `ollama.models`",),
    ),
    "custom model with an adapter": Case(
        'ollama: {models: [llama2], customModels: [{name: mine, modelfile: "FROM llama2\\nADAPTER ./a"}]}',
        "ollama.customModels[0].modelfile",
        "",
        ("`ADAPTER` names a file",),
    ),
    "custom model without a Modelfile": Case(
        "ollama: {customModels: [{name: mine}]}", "ollama.customModels[0].modelfile", "None", ("Field required",)
    ),
    "unknown kind of exposure": Case(
        "ollama: {exposure: {type: NodePort}}",
        "ollama.exposure.type",
        '"NodePort"',
        ("has to be one of", "none, Ingress, HTTPRoute"),
    ),
    "unknown controller": Case(
        "ollama: {exposure: {controller: nginx}}",
        "ollama.exposure.controller",
        '"nginx"',
        ("has to be one of", "ingress-nginx", "traefik"),
    ),
    "one host for both": Case(
        "{ollama: {exposure: {type: Ingress, host: a.b, allowAnonymous: true}}, librechat: {exposure: {host: a.b}}}",
        "ollama.exposure.host",
        '"a.b"',
        ("is the host of LibreChat too",),
    ),
    "origin with a path": Case(
        "librechat: {domain: https://chat.example.org/}",
        "librechat.domain",
        '"https://chat.example.org/"',
        ("has to match",),
    ),
    "namespace in upper case": Case(
        "namespaces: {ollama: Ollama}", "namespaces.ollama", '"Ollama"', ("not a DNS label",)
    ),
    "namespace with a dot": Case("namespaces: {librechat: a.b}", "namespaces.librechat", '"a.b"', ("not a DNS label",)),
    "prefix that cannot begin a name": Case(
        "namespaces: {prefix: -a}", "namespaces.prefix", '"-a"', ("not a prefix of a DNS label",)
    ),
    "one namespace for both": Case(
        "namespaces: {ollama: ai, librechat: ai}", "namespaces.ollama", '"ai"', ("is the namespace of LibreChat too",)
    ),
    "storage class that is no name": Case(
        "mongodb: {storage: {storageClassName: Fast SSD}}",
        "mongodb.storage.storageClassName",
        '"Fast SSD"',
        ("not a DNS subdomain",),
    ),
    "claim that is no name": Case(
        "ollama: {storage: {existingClaim: my_claim}}",
        "ollama.storage.existingClaim",
        '"my_claim"',
        ("not a DNS subdomain",),
    ),
    "cluster domain with a dot at the end": Case(
        "clusterDomain: cluster.local.", "clusterDomain", '"cluster.local."', ("not a DNS subdomain",)
    ),
    "empty name in a list": Case('imagePullSecrets: [""]', "imagePullSecrets[0]", '""', ("not a DNS subdomain",)),
    "access mode": Case(
        "ollama: {storage: {accessMode: RWX}}",
        "ollama.storage.accessMode",
        '"RWX"',
        ("has to be one of", "ReadWriteMany"),
    ),
    "label value": Case("labels: {team: a b}", "labels.team", '"a b"', ("not a label value",)),
    "label value that is too long": Case(
        f"labels: {{team: {'z' * 64}}}", "labels.team", "z" * 64, ("not a label value",)
    ),
    "label key": Case("labels: {my team: a}", "labels.my team", '"a"', ("not a label key",)),
    "label key with an empty domain": Case(
        "ollama: {pods: {labels: {/x: a}}}", 'ollama.pods.labels["/x"]', '"a"', ("not a label key",)
    ),
    "annotation key": Case(
        "ollama: {exposure: {annotations: {a/b/c: x}}}",
        'ollama.exposure.annotations["a/b/c"]',
        '"x"',
        ("not a label key",),
    ),
    "node selector": Case(
        "mongodb: {pods: {nodeSelector: {disk: s s d}}}",
        "mongodb.pods.nodeSelector.disk",
        '"s s d"',
        ("not a label value",),
    ),
    "environment": Case("environment: my env", "environment", '"my env"', ("not a label value",)),
    "environment variable": Case(
        "ollama: {extraEnvironment: {1A: b}}",
        "ollama.extraEnvironment.1A",
        '"b"',
        ("not a name of an environment variable",),
    ),
    "environment variable of a Secret": Case(
        "librechat: {extraEnvironment: {MONGO_URI: mongodb://other}}",
        "librechat.extraEnvironment.MONGO_URI",
        "",
        ("is set by the program", "`librechat.existingSecret`"),
    ),
    "number for an environment variable": Case(
        "ollama: {extraEnvironment: {A: 1}}", "ollama.extraEnvironment.A", "1", ("has to be text (put it in quotes)",)
    ),
    # --- images
    "image without a tag": Case("ollama: {image: ollama/ollama}", "ollama.image", '"ollama/ollama"', ("has no tag",)),
    "image with a port and no tag": Case(
        "mongodb: {image: 'registry.example.org:5000/mongo'}",
        "mongodb.image",
        '"registry.example.org:5000/mongo"',
        ("has no tag",),
    ),
    "image in upper case": Case(
        "librechat: {image: 'LibreChat:v1'}", "librechat.image", '"LibreChat:v1"', ("not an image reference",)
    ),
    "image with a scheme": Case(
        "meilisearch: {image: 'https://a.b/c:1'}", "meilisearch.image", '"https://a.b/c:1"', ("not an image reference",)
    ),
    "image with half a digest": Case(
        "mongodb: {image: 'mongo@sha256:abc'}", "mongodb.image", '"mongo@sha256:abc"', ("not an image reference",)
    ),
    "registry with a scheme": Case(
        "imageRegistry: https://a.b", "imageRegistry", '"https://a.b"', ("a registry has no scheme",)
    ),
    "registry with a space": Case("imageRegistry: a b", "imageRegistry", '"a b"', ("not a registry",)),
    # --- Ollama
    "no models": Case("ollama: {models: []}", "ollama.models", "[]", ("at least one model is needed",)),
    "empty model": Case('ollama: {models: [""]}', "ollama.models[0]", '""', ("not a model name of Ollama",)),
    "model with two tags": Case(
        "ollama: {models: ['a:b:c']}", "ollama.models[0]", '"a:b:c"', ("not a model name of Ollama",)
    ),
    "model with a space": Case(
        "ollama: {models: [a, b c]}", "ollama.models[1]", '"b c"', ("not a model name of Ollama",)
    ),
    "model twice": Case(
        "ollama: {models: ['a:1', 'a:1']}", "ollama.models[1]", '"a:1"', ("is listed before as `ollama.models[0]`",)
    ),
    "model with and without latest": Case(
        "ollama: {models: [llama2, 'llama2:latest']}", "ollama.models[1]", '"llama2:latest"', ("is listed before",)
    ),
    "unknown vendor": Case(
        "ollama: {gpu: {count: 1, vendor: apple}}",
        "ollama.gpu.vendor",
        '"apple"',
        ("has to be one of nvidia, amd, intel",),
    ),
    "negative GPUs": Case(
        "ollama: {gpu: {count: -1}}", "ollama.gpu.count", "-1", ("has to be greater than or equal to 0",)
    ),
    "too many GPUs": Case(
        "ollama: {gpu: {count: 65}}", "ollama.gpu.count", "65", ("has to be less than or equal to 64",)
    ),
    "resource that is none": Case(
        "ollama: {gpu: {count: 1, resourceName: gpu}}", "ollama.gpu.resourceName", '"gpu"', ("has to match",)
    ),
    "resource without a GPU": Case(
        "ollama: {gpu: {resourceName: nvidia.com/mig-1g.10gb}}",
        "ollama.gpu.resourceName",
        '"nvidia.com/mig-1g.10gb"',
        ("has no effect without a GPU", "`ollama.gpu.count`"),
    ),
    "runtime class without a GPU": Case(
        "ollama: {gpu: {runtimeClassName: nvidia}}",
        "ollama.gpu.runtimeClassName",
        '"nvidia"',
        ("has no effect without a GPU",),
    ),
    "no pods": Case("ollama: {replicas: 0}", "ollama.replicas", "0", ("has to be greater than or equal to 1",)),
    "replicas on one node's volume": Case(
        "ollama: {replicas: 2}", "ollama.replicas", "2", ("`ollama.storage.accessMode: ReadWriteMany`",)
    ),
    "duration without a unit": Case(
        "ollama: {server: {keepAlive: 5}}", "ollama.server.keepAlive", "5", ("not a duration", "5m")
    ),
    "duration in words": Case(
        "ollama: {server: {loadTimeout: 5 min}}", "ollama.server.loadTimeout", '"5 min"', ("not a duration",)
    ),
    "negative context": Case(
        "ollama: {server: {contextLength: -1}}", "ollama.server.contextLength", "-1", ("greater than or equal to 0",)
    ),
    "cache type": Case(
        "ollama: {server: {kvCacheType: q5}}",
        "ollama.server.kvCacheType",
        '"q5"',
        ("has to be one of f16, q8_0, q4_0",),
    ),
    "cache type without flash attention": Case(
        "ollama: {server: {kvCacheType: q8_0}}",
        "ollama.server.kvCacheType",
        '"q8_0"',
        ("needs `ollama.server.flashAttention: true`",),
    ),
    "no time for a pull": Case(
        "ollama: {pull: {timeoutSeconds: 0}}", "ollama.pull.timeoutSeconds", "0", ("greater than or equal to 1",)
    ),
    "too many retries": Case(
        "ollama: {pull: {retries: 21}}", "ollama.pull.retries", "21", ("less than or equal to 20",)
    ),
    # --- LibreChat
    "replicas without Redis": Case(
        "librechat: {replicas: 2, storage: {accessMode: ReadWriteMany}}",
        "librechat.replicas",
        "2",
        ("needs Redis", "`librechat.redis.uri`"),
    ),
    "replicas without a shared volume": Case(
        "librechat: {replicas: 2, redis: {uri: 'redis://r:6379'}}",
        "librechat.replicas",
        "2",
        ("`librechat.storage.accessMode: ReadWriteMany`",),
    ),
    "autoscaling without Redis": Case(
        "librechat: {autoscaling: {enabled: true}, storage: {accessMode: ReadWriteMany}}",
        "librechat.autoscaling.maxReplicas",
        "4",
        ("needs Redis", "`librechat.redis.uri`"),
    ),
    "autoscaling without a shared volume": Case(
        "librechat: {autoscaling: {enabled: true}, redis: {uri: 'redis://r:6379'}}",
        "librechat.autoscaling.maxReplicas",
        "4",
        ("`librechat.storage.accessMode: ReadWriteMany`",),
    ),
    "autoscaling between numbers in the wrong order": Case(
        "librechat: {autoscaling: {enabled: true, minReplicas: 3, maxReplicas: 1}}",
        "librechat.autoscaling.maxReplicas",
        "1",
        ("is less than `librechat.autoscaling.minReplicas: 3`",),
    ),
    "autoscaling and replicas": Case(
        "librechat: {autoscaling: {enabled: true, minReplicas: 1, maxReplicas: 1}, replicas: 2}",
        "librechat.replicas",
        "2",
        ("the autoscaler decides",),
    ),
    "autoscaling by CPU without a request": Case(
        "librechat: {autoscaling: {enabled: true, minReplicas: 1, maxReplicas: 1}, resources: {requests: {cpu: ''}}}",
        "librechat.resources.requests.cpu",
        '""',
        ("`librechat.autoscaling.cpuUtilization`",),
    ),
    "autoscaling of a Helm release": Case(
        "librechat: {autoscaling: {enabled: true, minReplicas: 1, maxReplicas: 1}, method: helm}",
        "librechat.autoscaling.enabled",
        "true",
        ("`librechat.helm.values`",),
    ),
    "no pods at least": Case(
        "librechat: {autoscaling: {minReplicas: 0}}",
        "librechat.autoscaling.minReplicas",
        "0",
        ("greater than or equal to 1",),
    ),
    "title model that is not there": Case(
        "librechat: {endpoint: {titleModel: gpt-4}}",
        "librechat.endpoint.titleModel",
        '"gpt-4"',
        ("neither in `ollama.models`",),
    ),
    "upload limit": Case(
        "librechat: {uploadLimitMb: 0}", "librechat.uploadLimitMb", "0", ("greater than or equal to 1",)
    ),
    "no proxy": Case(
        "librechat: {trustedProxies: 0}", "librechat.trustedProxies", "0", ("greater than or equal to 1",)
    ),
    "key that LibreChat ignores": Case(
        "librechat: {config: {interfce: {}}}",
        "librechat.config: interfce",
        "",
        ("unknown key, did you mean `interface`",),
    ),
    # --- data stores
    "URI of another database": Case(
        "mongodb: {external: {uri: 'postgres://u:hunter2@db/x'}}",
        "mongodb.external.uri",
        "[secret]",
        ("not a MongoDB URI",),
    ),
    "URI without a host": Case(
        "mongodb: {external: {uri: 'mongodb://'}}", "mongodb.external.uri", "[secret]", ("not a MongoDB URI",)
    ),
    "URL without a scheme": Case(
        "meilisearch: {external: {url: search.example.org, masterKey: 0123456789abcdef}}",
        "meilisearch.external.url",
        '"search.example.org"',
        ("not a URL",),
    ),
    "URL with a password": Case(
        "meilisearch: {external: {url: 'https://u:hunter2@s.org', masterKey: 0123456789abcdef}}",
        "meilisearch.external.url",
        "[secret]",
        ("must not hold a user name or a password",),
    ),
    "URL with a wrong port": Case(
        "meilisearch: {external: {url: 'https://s.org:99999', masterKey: 0123456789abcdef}}",
        "meilisearch.external.url",
        '"https://s.org:99999"',
        ("not a URL",),
    ),
    "external search without a key": Case(
        "meilisearch: {external: {url: 'https://s.org'}}", "meilisearch.external.masterKey", "", ("a URL and a key",)
    ),
    "external search without a URL": Case(
        "meilisearch: {external: {masterKey: 0123456789abcdef}}", "meilisearch.external.url", "", ("a URL and a key",)
    ),
    "key that is too short": Case(
        "meilisearch: {external: {url: 'https://s.org', masterKey: hunter2}}",
        "meilisearch.external.masterKey",
        "[secret]",
        ("fewer than 16 bytes",),
    ),
    # --- the cluster
    "context that is not there": Case(
        "context: minikub", "context", '"minikub"', ("is not in", "did you mean `minikube`?")
    ),
    "context like no other": Case("context: xyzzy", "context", '"xyzzy"', ("there are `minikube`, `production`",)),
    "kubeconfig that is not there": Case("kubeconfig: missing", "kubeconfig", "missing", ("does not exist",)),
    "kubeconfig of a user who is not there": Case(
        "kubeconfig: ~nobody-of-that-name/config", "kubeconfig", "~nobody-of-that-name/config", ("does not exist",)
    ),
}
