"""What LibreChat's own schema of librechat.yaml knows: the version, the keys, the reserved names.

Generated from the npm package librechat-data-provider 0.8.524 by `make librechat-schema`; do not edit it.
"""

# ruff: noqa: SIM905 - words are easier to read and to compare than a list of strings

from collections.abc import Mapping

CONFIG_VERSION = "1.3.17"
"""Version of the configuration format; LibreChat logs a line at start when a file names an older one."""

CURRENT_MODEL = "current_model"
"""As `titleModel`: the model of the chat writes its title, so that no second model is loaded."""

USER_PROVIDED = "user_provided"
"""As `apiKey` or `baseURL`: every user enters their own."""

TOTAL_SIZE_LIMIT_MB = 512
"""LibreChat's default for all files of one message together, in MB (1 MB = 1,048,576 bytes)."""

RESERVED_ENDPOINT_NAMES = frozenset(
    """
        agents anthropic assistants azureAssistants azureOpenAI bedrock custom google openAI
    """.split()
)
"""Names of LibreChat's own endpoints, which a custom endpoint cannot have. Case matters."""

FILE_LIMIT_ENDPOINTS = tuple(
    """
        default custom agents anthropic assistants azureAssistants
    """.split()
)
"""Keys of `fileConfig.endpoints` that together reach every endpoint.

`default` alone is not enough: custom endpoints take the limits of `custom` or else of `agents`, and the rest have
limits of their own that win over `default`.
"""

UNEXPANDED_VARIABLES = frozenset(
    """
        CREDS_IV CREDS_KEY JWT_REFRESH_SECRET JWT_SECRET MEILI_MASTER_KEY MONGO_URI REDIS_PASSWORD REDIS_URI
    """.split()
)
"""Environment variables that LibreChat never puts in the place of `${NAME}`: its own secrets."""

KNOWN_KEYS: Mapping[str, frozenset[str]] = {
    "": frozenset(
        """
            version permissions cache ocr webSearch langfuse memory summarization skillSync secureImageLinks
            imageOutputType includedTools filteredTools mcpServers mcpSettings interface turnstile
            fileStrategy fileStrategies cloudfront actions registration balance transactions speech rateLimits
            fileConfig modelSpecs filters messageFilter endpoints openapi
        """.split()
    ),
    "actions": frozenset(
        """
            allowedDomains allowedAddresses
        """.split()
    ),
    "endpoints": frozenset(
        """
            allowedAddresses all openAI google anthropic azureOpenAI azureAssistants assistants agents custom
            bedrock
        """.split()
    ),
    "endpoints.agents": frozenset(
        """
            streamRate headers titlePrompt titleModel titleConvo titleMethod titleEndpoint titlePromptTemplate
            titleTiming activityLabel activityModel activityEndpoint activityPrompt activityMaxPerRun
            activityCharLimit activityPhaseLabel activityPhaseModel activityPhaseEndpoint activityPhasePrompt
            activityPhaseMaxPerRun reasoningLabel reasoningLabelModel reasoningLabelEndpoint
            reasoningLabelPrompt reasoningLabelMinChars reasoningLabelUpdateChars
            reasoningLabelUpdateIntervalMs reasoningLabelMaxPerRun maxToolResultChars maxProviderErrorChars
            modelResponseBodyTimeoutMs modelResponseHeadersTimeoutMs recursionLimit disableBuilder
            repositoryInstructions maxRecursionLimit maxToolCallArgBytes maxDeltaEventsPerTurn
            maxToolCallArgBytesByTool maxRetainedToolCountChars maxCitations maxCitationsPerFile
            minRelevanceScore maxSubagents fileSharing codeApiUploadConcurrency codeApiMaxRetryWaitMs
            allowedProviders capabilities statefulCodeSessions eventDriven backgroundTasks skills
            managementApi remoteApi toolApproval askUserQuestion checkpointer
        """.split()
    ),
    "endpoints.all": frozenset(
        """
            streamRate headers titlePrompt titleModel titleConvo titleMethod titleEndpoint titlePromptTemplate
            titleTiming activityLabel activityModel activityEndpoint activityPrompt activityMaxPerRun
            activityCharLimit activityPhaseLabel activityPhaseModel activityPhaseEndpoint activityPhasePrompt
            activityPhaseMaxPerRun reasoningLabel reasoningLabelModel reasoningLabelEndpoint
            reasoningLabelPrompt reasoningLabelMinChars reasoningLabelUpdateChars
            reasoningLabelUpdateIntervalMs reasoningLabelMaxPerRun maxToolResultChars
        """.split()
    ),
    "endpoints.custom[]": frozenset(
        """
            streamRate baseURL headers titlePrompt titleModel titleConvo titleMethod titleEndpoint
            titlePromptTemplate titleTiming activityLabel activityModel activityEndpoint activityPrompt
            activityMaxPerRun activityCharLimit activityPhaseLabel activityPhaseModel activityPhaseEndpoint
            activityPhasePrompt activityPhaseMaxPerRun reasoningLabel reasoningLabelModel
            reasoningLabelEndpoint reasoningLabelPrompt reasoningLabelMinChars reasoningLabelUpdateChars
            reasoningLabelUpdateIntervalMs reasoningLabelMaxPerRun maxToolResultChars name apiKey
            apiKeyPreview models iconURL modelDisplayLabel provider addParams dropParams customParams
            directEndpoint titleMessageRole tokenConfig
        """.split()
    ),
    "endpoints.custom[].customParams": frozenset(
        """
            defaultParamsEndpoint reasoningFormat reasoningKey includeReasoningContent includeReasoningHistory
            paramDefinitions
        """.split()
    ),
    "endpoints.custom[].models": frozenset(
        """
            default fetch userIdQuery
        """.split()
    ),
    "fileConfig": frozenset(
        """
            endpoints skills serverFileSizeLimit avatarSizeLimit fileTokenLimit fileContextSizeLimit
            fileContextCharLimit codeEnvLivenessSafeWindowMs imageGeneration clientImageResize ocr text
            defaultLLMDeliveryPath legacyFileUploadUX textFallbackWithoutTools
        """.split()
    ),
    "fileConfig.endpoints.*": frozenset(
        """
            disabled fileLimit fileSizeLimit totalSizeLimit supportedMimeTypes defaultLLMDeliveryPath
            legacyFileUploadUX textFallbackWithoutTools
        """.split()
    ),
    "interface": frozenset(
        """
            privacyPolicy termsOfService customWelcome mcpServers modelSelect codeHighlightThrottleMs
            parameters multiConvo bookmarks memories presets prompts agents temporaryChat
            temporaryChatRetention generalChatRetention autoSubmitFromUrl retentionMode retainAgentFiles
            runCode webSearch contextUsage contextCost feedback currency peoplePicker marketplace fileSearch
            fileCitations traceViewer defaultPinnedTools buildInfo remoteAgents skills sharedLinks schedules
        """.split()
    ),
    "mcpSettings": frozenset(
        """
            allowedDomains allowedAddresses catalogRecovery
        """.split()
    ),
    "memory": frozenset(
        """
            disabled validKeys tokenLimit charLimit maxInputTokens personalize messageWindowSize agent
        """.split()
    ),
    "modelSpecs": frozenset(
        """
            enforce prioritize list addedEndpoints
        """.split()
    ),
    "modelSpecs.list[]": frozenset(
        """
            name label preset order default softDefault description group groupIcon showIconInMenu
            showIconInHeader showOnLanding conversation_starters showInMenu iconURL authType hideBadgeRow
            webSearch fileSearch executeCode memory askUserQuestion runInBackground describeIntent artifacts
            mcpServers skills subagents
        """.split()
    ),
    "registration": frozenset(
        """
            socialLogins allowedDomains oauthStateTtlMs openidDiscovery
        """.split()
    ),
}
"""Keys by section. `[]` stands for every item of a list, `*` for every key of a mapping.

Sections that are not named here are left to LibreChat's own schema.
"""
