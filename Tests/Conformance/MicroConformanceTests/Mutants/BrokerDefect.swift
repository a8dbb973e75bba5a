// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What a mutant of a broker does wrong.
enum BrokerDefect: String, Mutation {
    case dropsHeaders, subscribesLate, replaysOld, joinsRepeatedHeaders, cutsAtLineEnds, leaksOwnHeaders
    case keepsContentType, swallowsOversize, acceptsBadTopics, mixesTopics, servesOnlyTheFirst, ignoresQueues
    case queuesByClient, queuesEverybody, ignoresOptions, publishesLater, ignoresInFlight, losesAcknowledgements
    case ignoresRejections, rejectionAcknowledges, countsNoAttempts, neverRedelivers, lateAcknowledgementBreaks
    case acknowledgesFirst, retriesForEver, endsSiblings, endBlocks, leaksSubscriptions, dropsSilently
    case buffersWithoutBound, deafAfterOutage, forgetsQueueInOutage, doublesAfterOutage, sendsBehindOnesBack
    case succeedsInOutage, neverRecovers, closeForgetsBuffers, closeIgnoresDeadline, worksAfterClose
    case heedsNoCancellation, losesSomeOfMany, forgetsDurables, replaysNothing, needsEnvelope, losesTraces
    case starIsEverything, reportsThePattern, requestWaits, closeHangsInOutage
    // Those that only a server shows.
    case refusalIsOutage, tellsSecrets, answersAreSuccesses, failureIsSuccess, freezes, asksOnlyTheFirst
    case ignoresDeadlines, cancellationIsFailure, trustsAnybody, asksAgainAtOnce

    /// The cases that are there because of it.
    var targets: [String] {
        switch self {
        case .dropsHeaders: ["B01"]
        case .subscribesLate: ["B02"]
        case .replaysOld: ["B03"]
        case .joinsRepeatedHeaders, .cutsAtLineEnds: ["B04"]
        case .leaksOwnHeaders, .keepsContentType: ["B05"]
        case .swallowsOversize: ["B06"]
        case .acceptsBadTopics: ["B07"]
        case .mixesTopics: ["B08"]
        case .servesOnlyTheFirst: ["B09"]
        case .ignoresQueues: ["B10"]
        case .queuesByClient: ["B11"]
        case .queuesEverybody: ["B12"]
        case .ignoresOptions: ["B13"]
        case .publishesLater: ["B14"]
        case .ignoresInFlight: ["B15"]
        case .losesAcknowledgements: ["B16"]
        case .ignoresRejections: ["B17"]
        case .rejectionAcknowledges: ["B18"]
        case .countsNoAttempts: ["B19"]
        case .neverRedelivers: ["B19", "B41"]
        case .lateAcknowledgementBreaks: ["B20"]
        case .acknowledgesFirst: ["B21", "B64"]
        case .retriesForEver: ["B22"]
        case .endsSiblings: ["B23"]
        case .endBlocks: ["B24"]
        case .leaksSubscriptions: ["B25", "B45"]
        case .dropsSilently, .buffersWithoutBound: ["B26"]
        case .deafAfterOutage: ["B27", "B65"]
        case .forgetsQueueInOutage: ["B28"]
        case .doublesAfterOutage: ["B29"]
        case .sendsBehindOnesBack, .succeedsInOutage: ["B30"]
        case .neverRecovers: ["B31"]
        case .closeForgetsBuffers: ["B32"]
        case .closeIgnoresDeadline: ["B33"]
        case .worksAfterClose: ["B34"]
        case .heedsNoCancellation: ["B35"]
        case .starIsEverything, .reportsThePattern: ["B36"]
        case .losesSomeOfMany: ["B37", "B38"]
        case .forgetsDurables: ["B39"]
        case .replaysNothing: ["B40"]
        case .needsEnvelope: ["B42"]
        case .requestWaits: ["B46"]
        case .losesTraces: ["B47"]
        case .closeHangsInOutage: ["B66"]
        case .refusalIsOutage, .tellsSecrets: ["B43"]
        case .answersAreSuccesses: ["B44"]
        case .failureIsSuccess: ["B48", "B49"]
        case .freezes: ["B50", "B51", "B52", "B53", "B54", "B55", "B56", "B57", "B60", "B61", "B67"]
        case .asksOnlyTheFirst: ["B58"]
        case .ignoresDeadlines, .cancellationIsFailure: ["B59"]
        case .trustsAnybody: ["B62"]
        case .asksAgainAtOnce: ["B63"]
        }
    }
}
