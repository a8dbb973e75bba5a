// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The defect of a mutant of a registry.
enum RegistryDefect: String, MutantDefect {
    case dropsNodeMetadata, readsStaleCache, unknownNameThrows, listKeepsRemovedServices, onlyLatestVersion,
        onlyFirstNode
    case dropsMetadataAfter64Pairs, acceptsNoNodes, acceptsOversizedPayloads, replacesSlashes, findsByPrefix,
        dropsPortZero
    case addsMetadataOnRead, deregistersOnRefresh, ignoresChanges, duplicatesNodes, deregistersAllNodes,
        unknownNodeThrows
    case skipsHeartbeats, expiresEarly, neverExpires, acceptsNegativeTimeToLive, watchSkipsInitialState,
        watchReplaysOldState
    case watchOfAllMissesServices, dropsStatesOfSlowReaders, watchLeaks, watchOfUnknownEnds, ignoresNamespaceSuffix,
        readsOwnRecordsOnly
    case worksAfterClose, outageReadsAsEmpty, outageReadsAsLive, watchEndsInOutage, deregisterHangs
    case watchOfAllKeepsExpired, closeHangs, stopsUpdating, stopsUpdatingAfterOutage, appliesFirstOfBatch,
        losesSomeUnderLoad
    case hidesStaleness, retriesWithoutBackoff, opensConnectionPerCall, leaksLeases, reregistersAfterDeregistration,
        ignoresDeregistration
    case failsOnOneBadRecord, errorReadsAsEmpty, usesOnlyFirstAddress, skipsCertificateVerification, ignoresDeadlines,
        reportsCancellationAsFailure
    case reportsRefusalAsOutage, leaksSecrets
    case refreshesOnlyFirstNode, reportsEveryHeartbeatAsCreated, reportsOnlyFirstNodeAsLost, keepsOldExpiry,
        keepsMovedNodes, deregistersOnlyFirstNode, closeEndsOtherWatches, watchOfAllStaysStale
    case takesRefusalForOutage, reportsFailoverAsLoss, skipsForeignIDs, expiresInSilence

    /// The cases that must detect the defect.
    var targets: [String] {
        switch self {
        case .skipsHeartbeats: ["R20", "R25", "R26", "R27", "R57"]
        case .readsStaleCache: ["R02", "R52"]
        case .watchLeaks: ["R35", "R36"]
        case .watchEndsInOutage: ["R38", "R59"]
        case .stopsUpdating: ["R62", "R63", "R64", "R66", "R69", "R70", "R79", "R80", "R84", "R120"]
        case .stopsUpdatingAfterOutage: ["R39"]
        case .appliesFirstOfBatch: ["R31"]
        case .losesSomeUnderLoad: ["R53"]
        case .hidesStaleness: ["R40", "R121"]
        case .retriesWithoutBackoff: ["R41"]
        case .opensConnectionPerCall: ["R28"]
        case .leaksLeases: ["R21"]
        case .reregistersAfterDeregistration: ["R17"]
        case .ignoresDeregistration: ["R54"]
        case .failsOnOneBadRecord: ["R49"]
        case .errorReadsAsEmpty:
            ["R58", "R60", "R61", "R65", "R67", "R68"] + ["R71", "R72", "R73", "R74", "R75", "R76", "R77", "R78"]
                + ["R81", "R82", "R83"]
        case .usesOnlyFirstAddress: ["R45"]
        case .skipsCertificateVerification: ["R47"]
        case .ignoresDeadlines, .reportsCancellationAsFailure: ["R48"]
        case .reportsRefusalAsOutage: ["R46"]
        case .leaksSecrets: ["R46", "R96"]
        case .refreshesOnlyFirstNode: ["R85"]
        case .reportsEveryHeartbeatAsCreated: ["R86"]
        case .reportsOnlyFirstNodeAsLost: ["R87"]
        case .keepsOldExpiry: ["R88"]
        case .keepsMovedNodes: ["R89"]
        case .deregistersOnlyFirstNode: ["R90"]
        case .closeEndsOtherWatches: ["R91"]
        case .watchOfAllStaysStale: ["R92"]
        case .takesRefusalForOutage: ["R110"]
        case .reportsFailoverAsLoss: ["R111"]
        case .skipsForeignIDs: ["R112"]
        case .expiresInSilence: ["R121"]
        default: [target]
        }
    }

    private var target: String {
        switch self {
        case .dropsNodeMetadata: "R01"
        case .unknownNameThrows: "R03"
        case .listKeepsRemovedServices: "R04"
        case .onlyLatestVersion: "R05"
        case .onlyFirstNode: "R06"
        case .dropsMetadataAfter64Pairs: "R07"
        case .acceptsNoNodes: "R08"
        case .acceptsOversizedPayloads: "R09"
        case .replacesSlashes: "R10"
        case .findsByPrefix: "R11"
        case .dropsPortZero: "R12"
        case .addsMetadataOnRead: "R13"
        case .deregistersOnRefresh: "R14"
        case .ignoresChanges: "R15"
        case .duplicatesNodes: "R16"
        case .deregistersAllNodes: "R18"
        case .unknownNodeThrows: "R19"
        case .neverExpires: "R22"
        case .expiresEarly: "R23"
        case .acceptsNegativeTimeToLive: "R24"
        case .deregisterHangs, .closeHangs: "R29"
        case .watchOfAllKeepsExpired: "R22"
        case .watchSkipsInitialState: "R30"
        case .watchReplaysOldState: "R32"
        case .watchOfAllMissesServices: "R33"
        case .dropsStatesOfSlowReaders: "R34"
        case .watchOfUnknownEnds: "R37"
        case .ignoresNamespaceSuffix: "R43"
        case .outageReadsAsLive: "R44"
        case .outageReadsAsEmpty: "R50"
        case .worksAfterClose: "R55"
        case .readsOwnRecordsOnly: "R56"
        default: ""
        }
    }
}
