// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What a mutant of a registry does wrong.
enum Defect: String, Mutation {
    case dropsNodeMetadata, readsLate, unknownNameThrows, listKeepsGone, onlyLatestVersion, onlyFirstNode
    case losesThe65thPair, acceptsNoNodes, swallowsOversize, slashBecomesDash, findsByPrefix, portZeroIsNone
    case growsOnRead, refreshFlickers, ignoresChanges, doublesOnWrite, deregistersTheService, unknownNodeThrows
    case deafHeartbeat, expiresEarly, neverExpires, negativeIsForever, watchSkipsThePresent, watchGoesBack
    case watchOfAllMisses, slowReaderLoses, watchLeaks, watchOfUnknownEnds, sharesNamespaces, readsOwnRecordsOnly
    case worksAfterClose, downIsEmpty, downIsLive, watchEndsInOutage, deregisterHangs
    case watchOfAllKeepsExpired, closeHangs, freezes, freezesInOutage, takesFirstOfBatch, losesSomeOfMany
    case hidesStaleness, asksAgainAtOnce, connectionPerCall, leavesLeases, resurrects, forgetsToDeregister
    case oneBadSpoilsAll, failureIsEmpty, asksOnlyTheFirst, trustsAnybody, ignoresDeadlines, cancellationIsFailure
    case refusalIsOutage, tellsSecrets

    /// The cases that are there because of it.
    var targets: [String] {
        switch self {
        case .deafHeartbeat: ["R20", "R27", "R57"]
        case .watchLeaks: ["R35", "R36"]
        case .watchEndsInOutage: ["R38", "R59"]
        case .freezes: ["R62", "R63", "R64", "R66", "R69", "R70", "R79", "R80", "R84"]
        case .freezesInOutage: ["R39"]
        case .takesFirstOfBatch: ["R31"]
        case .losesSomeOfMany: ["R53"]
        case .hidesStaleness: ["R40"]
        case .asksAgainAtOnce: ["R41"]
        case .connectionPerCall: ["R28"]
        case .leavesLeases: ["R21"]
        case .resurrects: ["R17"]
        case .forgetsToDeregister: ["R54"]
        case .oneBadSpoilsAll: ["R49"]
        case .failureIsEmpty:
            ["R58", "R60", "R61", "R65", "R67", "R68"] + ["R71", "R72", "R73", "R74", "R75", "R76", "R77", "R78"]
                + ["R81", "R82", "R83"]
        case .asksOnlyTheFirst: ["R45"]
        case .trustsAnybody: ["R47"]
        case .ignoresDeadlines, .cancellationIsFailure: ["R48"]
        case .refusalIsOutage, .tellsSecrets: ["R46"]
        default: [target]
        }
    }

    private var target: String {
        switch self {
        case .dropsNodeMetadata: "R01"
        case .readsLate: "R02"
        case .unknownNameThrows: "R03"
        case .listKeepsGone: "R04"
        case .onlyLatestVersion: "R05"
        case .onlyFirstNode: "R06"
        case .losesThe65thPair: "R07"
        case .acceptsNoNodes: "R08"
        case .swallowsOversize: "R09"
        case .slashBecomesDash: "R10"
        case .findsByPrefix: "R11"
        case .portZeroIsNone: "R12"
        case .growsOnRead: "R13"
        case .refreshFlickers: "R14"
        case .ignoresChanges: "R15"
        case .doublesOnWrite: "R16"
        case .deregistersTheService: "R18"
        case .unknownNodeThrows: "R19"
        case .neverExpires: "R22"
        case .expiresEarly: "R23"
        case .negativeIsForever: "R24"
        case .deregisterHangs, .closeHangs: "R29"
        case .watchOfAllKeepsExpired: "R22"
        case .watchSkipsThePresent: "R30"
        case .watchGoesBack: "R32"
        case .watchOfAllMisses: "R33"
        case .slowReaderLoses: "R34"
        case .watchOfUnknownEnds: "R37"
        case .sharesNamespaces: "R43"
        case .downIsLive: "R44"
        case .downIsEmpty: "R50"
        case .worksAfterClose: "R55"
        case .readsOwnRecordsOnly: "R56"
        default: ""
        }
    }
}
