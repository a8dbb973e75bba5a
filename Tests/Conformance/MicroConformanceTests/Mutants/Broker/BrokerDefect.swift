// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The defect of a mutant of a broker.
enum BrokerDefect: String, MutantDefect {
    case dropsHeaders, subscribesLate, replaysOldMessages, mergesRepeatedHeaders, truncatesHeadersAtLineEnds,
        leaksOwnHeaders
    case overwritesContentType, acceptsOversizedPayloads, acceptsBadTopics, mixesTopics, servesOnlyFirstSubscription,
        ignoresQueues
    case separatesQueuesByClient, treatsAllSubscribersAsQueue, ignoresOptions, delaysSomePublications,
        ignoresInFlightLimit, losesAcknowledgements
    case ignoresRejections, rejectionAcknowledges, omitsAttemptCount, neverRedelivers,
        lateAcknowledgementBreaksConnection
    case acknowledgesBeforeHandling, retriesWithoutLimit, endsSiblingSubscriptions, unsubscribeBlocks,
        leaksSubscriptions, dropsSilently
    case buffersWithoutBound, dropsDeliveriesAfterOutage, losesQueueAfterOutage, duplicatesAfterOutage,
        publishesAfterReportedFailure
    case reportsSuccessInOutage, neverRecovers, closeDropsBuffers, closeIgnoresDeadline, worksAfterClose
    case ignoresCancellation, losesSomeUnderLoad, losesDurableSubscriptions, ignoresReplayStart, requiresEnvelope,
        dropsTraceContext
    case wildcardMatchesAllLevels, reportsPatternAsTopic, requestWaitsForDeadline, closeHangsInOutage
    case ignoresQueuesOfPatterns, dropsHeadersInQueues, delaysOnlyFirstRejection, closeEndsOtherSubscriptions,
        redeliversDuringLongHandlers, settlesByPosition
    // Visible only with a server.
    case reportsRefusalAsOutage, leaksSecrets, reportsErrorRepliesAsSuccess, reportsFailureAsSuccess, stopsUpdating,
        usesOnlyFirstAddress
    case ignoresDeadlines, reportsCancellationAsFailure, skipsCertificateVerification, retriesWithoutBackoff

    /// The cases that must detect the defect.
    var targets: [String] {
        switch self {
        case .dropsHeaders: ["B01"]
        case .subscribesLate: ["B02"]
        case .replaysOldMessages: ["B03"]
        case .mergesRepeatedHeaders, .truncatesHeadersAtLineEnds: ["B04"]
        case .leaksOwnHeaders, .overwritesContentType: ["B05"]
        case .acceptsOversizedPayloads: ["B06"]
        case .acceptsBadTopics: ["B07"]
        case .mixesTopics: ["B08"]
        case .servesOnlyFirstSubscription: ["B09"]
        case .ignoresQueues: ["B10"]
        case .separatesQueuesByClient: ["B11"]
        case .treatsAllSubscribersAsQueue: ["B12"]
        case .ignoresOptions: ["B13"]
        case .delaysSomePublications: ["B14"]
        case .ignoresInFlightLimit: ["B15"]
        case .losesAcknowledgements: ["B16"]
        case .ignoresRejections: ["B17"]
        case .rejectionAcknowledges: ["B18"]
        case .omitsAttemptCount: ["B19"]
        case .neverRedelivers: ["B19", "B41"]
        case .lateAcknowledgementBreaksConnection: ["B20"]
        case .acknowledgesBeforeHandling: ["B21", "B64"]
        case .retriesWithoutLimit: ["B22"]
        case .endsSiblingSubscriptions: ["B23"]
        case .unsubscribeBlocks: ["B24"]
        case .leaksSubscriptions: ["B25", "B45"]
        case .dropsSilently, .buffersWithoutBound: ["B26"]
        case .dropsDeliveriesAfterOutage: ["B27", "B65"]
        case .losesQueueAfterOutage: ["B28"]
        case .duplicatesAfterOutage: ["B29"]
        case .publishesAfterReportedFailure, .reportsSuccessInOutage: ["B30"]
        case .neverRecovers: ["B31"]
        case .closeDropsBuffers: ["B32"]
        case .closeIgnoresDeadline: ["B33"]
        case .worksAfterClose: ["B34"]
        case .ignoresCancellation: ["B35"]
        case .wildcardMatchesAllLevels, .reportsPatternAsTopic: ["B36"]
        case .losesSomeUnderLoad: ["B37", "B38"]
        case .losesDurableSubscriptions: ["B39"]
        case .ignoresReplayStart: ["B40"]
        case .requiresEnvelope: ["B42"]
        case .requestWaitsForDeadline: ["B46"]
        case .dropsTraceContext: ["B47"]
        case .closeHangsInOutage: ["B66"]
        case .ignoresQueuesOfPatterns: ["B68"]
        case .dropsHeadersInQueues: ["B69"]
        case .delaysOnlyFirstRejection: ["B70"]
        case .closeEndsOtherSubscriptions: ["B71"]
        case .settlesByPosition: ["B88"]
        case .redeliversDuringLongHandlers: ["B89"]
        case .reportsRefusalAsOutage, .leaksSecrets: ["B43"]
        case .reportsErrorRepliesAsSuccess: ["B44"]
        case .reportsFailureAsSuccess: ["B48", "B49"]
        case .stopsUpdating: ["B50", "B51", "B52", "B53", "B54", "B55", "B56", "B57", "B60", "B61", "B67"]
        case .usesOnlyFirstAddress: ["B58"]
        case .ignoresDeadlines, .reportsCancellationAsFailure: ["B59"]
        case .skipsCertificateVerification: ["B62"]
        case .retriesWithoutBackoff: ["B63"]
        }
    }
}
