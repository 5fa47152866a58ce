"""What LibreChat's own schema of librechat.yaml knows: the version, the keys, the reserved names.

Source: `configSchema` in the npm package librechat-data-provider, of the release that the LibreChat image
holds. tests/schema compares every constant here with that package, so an upgrade cannot leave them behind.
"""

from types import MappingProxyType

CONFIG_VERSION = "1.3.17"
"""Version of the configuration format; LibreChat logs a line at start when a file names an older one."""

CURRENT_MODEL = "current_model"
"""As `titleModel`: the model of the chat writes its title, so that no second model is loaded."""

USER_PROVIDED = "user_provided"
"""As `apiKey` or `baseURL`: every user enters their own."""

RESERVED_ENDPOINT_NAMES = frozenset(
    {
        "agents",
        "anthropic",
        "assistants",
        "azureAssistants",
        "azureOpenAI",
        "bedrock",
        "custom",
        "google",
        "openAI",
    }
)
"""Names of LibreChat's own endpoints, which a custom endpoint cannot have. Case matters."""

FILE_LIMIT_ENDPOINTS = ("default", "custom", "agents", "anthropic", "assistants", "azureAssistants")
"""Keys of `fileConfig.endpoints` that together reach every endpoint.

`default` alone is not enough: custom endpoints take the limits of `custom` or else of `agents`, and the
last four have limits of 512 MB of their own that win over `default`.
"""

TOTAL_SIZE_LIMIT_MB = 512
"""LibreChat's default for all files of one message together, in MB (1 MB = 1,048,576 bytes)."""

UNEXPANDED_VARIABLES = frozenset(
    {
        "CREDS_IV",
        "CREDS_KEY",
        "JWT_REFRESH_SECRET",
        "JWT_SECRET",
        "MEILI_MASTER_KEY",
        "MONGO_URI",
        "REDIS_PASSWORD",
        "REDIS_URI",
    }
)
"""Environment variables that LibreChat never puts in the place of `${NAME}`: its own secrets."""

_ALL_ENDPOINTS = """
    streamRate headers titlePrompt titleModel titleConvo titleMethod titleEndpoint titlePromptTemplate
    titleTiming activityLabel activityModel activityEndpoint activityPrompt activityMaxPerRun
    activityCharLimit activityPhaseLabel activityPhaseModel activityPhaseEndpoint activityPhasePrompt
    activityPhaseMaxPerRun reasoningLabel reasoningLabelModel reasoningLabelEndpoint reasoningLabelPrompt
    reasoningLabelMinChars reasoningLabelUpdateChars reasoningLabelUpdateIntervalMs
    reasoningLabelMaxPerRun maxToolResultChars
"""

_KEYS = {
    "": """
        version permissions cache ocr webSearch langfuse memory summarization skillSync secureImageLinks
        imageOutputType includedTools filteredTools mcpServers mcpSettings interface turnstile
        fileStrategy fileStrategies cloudfront actions registration balance transactions speech
        rateLimits fileConfig modelSpecs filters messageFilter endpoints openapi
    """,
    "actions": "allowedDomains allowedAddresses",
    "endpoints": """
        allowedAddresses all openAI google anthropic azureOpenAI azureAssistants assistants agents
        custom bedrock
    """,
    "endpoints.agents": f"""
        {_ALL_ENDPOINTS}
        maxProviderErrorChars modelResponseBodyTimeoutMs modelResponseHeadersTimeoutMs recursionLimit
        disableBuilder repositoryInstructions maxRecursionLimit maxToolCallArgBytes
        maxDeltaEventsPerTurn maxToolCallArgBytesByTool maxRetainedToolCountChars maxCitations
        maxCitationsPerFile minRelevanceScore maxSubagents fileSharing codeApiUploadConcurrency
        codeApiMaxRetryWaitMs allowedProviders capabilities statefulCodeSessions eventDriven
        backgroundTasks skills managementApi remoteApi toolApproval askUserQuestion checkpointer
    """,
    "endpoints.all": _ALL_ENDPOINTS,
    "endpoints.custom[]": f"""
        {_ALL_ENDPOINTS}
        baseURL name apiKey apiKeyPreview models iconURL modelDisplayLabel provider addParams dropParams
        customParams directEndpoint titleMessageRole tokenConfig
    """,
    "endpoints.custom[].customParams": """
        defaultParamsEndpoint reasoningFormat reasoningKey includeReasoningContent
        includeReasoningHistory paramDefinitions
    """,
    "endpoints.custom[].models": "default fetch userIdQuery",
    "fileConfig": """
        endpoints skills serverFileSizeLimit avatarSizeLimit fileTokenLimit fileContextSizeLimit
        fileContextCharLimit codeEnvLivenessSafeWindowMs imageGeneration clientImageResize ocr text
        defaultLLMDeliveryPath legacyFileUploadUX textFallbackWithoutTools
    """,
    "fileConfig.endpoints.*": """
        disabled fileLimit fileSizeLimit totalSizeLimit supportedMimeTypes defaultLLMDeliveryPath
        legacyFileUploadUX textFallbackWithoutTools
    """,
    "interface": """
        privacyPolicy termsOfService customWelcome mcpServers modelSelect codeHighlightThrottleMs
        parameters multiConvo bookmarks memories presets prompts agents temporaryChat
        temporaryChatRetention generalChatRetention autoSubmitFromUrl retentionMode retainAgentFiles
        runCode webSearch contextUsage contextCost feedback currency peoplePicker marketplace fileSearch
        fileCitations traceViewer defaultPinnedTools buildInfo remoteAgents skills sharedLinks schedules
    """,
    "mcpSettings": "allowedDomains allowedAddresses catalogRecovery",
    "memory": "disabled validKeys tokenLimit charLimit maxInputTokens personalize messageWindowSize agent",
    "modelSpecs": "enforce prioritize list addedEndpoints",
    "modelSpecs.list[]": """
        name label preset order default softDefault description group groupIcon showIconInMenu
        showIconInHeader showOnLanding conversation_starters showInMenu iconURL authType hideBadgeRow
        webSearch fileSearch executeCode memory askUserQuestion runInBackground describeIntent artifacts
        mcpServers skills subagents
    """,
    "registration": "socialLogins allowedDomains oauthStateTtlMs openidDiscovery",
}

KNOWN_KEYS = MappingProxyType({path: frozenset(keys.split()) for path, keys in _KEYS.items()})
"""Keys by section. `[]` stands for every item of a list, `*` for every key of a mapping.

Sections that are not named here are left to LibreChat's own schema.
"""
