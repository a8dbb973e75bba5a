// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What a mutant does wrong: one thing each, and as somebody's adapter did.
enum Defect: String, CaseIterable, Sendable {
    case dropsNodeMetadata, readsLate, unknownNameThrows, listKeepsGone, onlyLatestVersion, onlyFirstNode
    case losesThe65thPair, acceptsNoNodes, swallowsOversize, slashBecomesDash, findsByPrefix, portZeroIsNone
    case growsOnRead, refreshFlickers, ignoresChanges, doublesOnWrite, deregistersTheService, unknownNodeThrows
    case deafHeartbeat, expiresEarly, neverExpires, negativeIsForever, watchSkipsThePresent, watchGoesBack
    case watchOfAllMisses, slowReaderLoses, watchLeaks, watchOfUnknownEnds, sharesNamespaces, readsOwnRecordsOnly
    case worksAfterClose, downIsEmpty, downIsLive, watchEndsInOutage, deregisterHangs
    case watchOfAllKeepsExpired, closeHangs

    /// The case that is there because of it.
    var target: String {
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
        case .deafHeartbeat: "R20"
        case .neverExpires: "R22"
        case .expiresEarly: "R23"
        case .negativeIsForever: "R24"
        case .deregisterHangs, .closeHangs: "R29"
        case .watchOfAllKeepsExpired: "R22"
        case .watchSkipsThePresent: "R30"
        case .watchGoesBack: "R32"
        case .watchOfAllMisses: "R33"
        case .slowReaderLoses: "R34"
        case .watchLeaks: "R35"
        case .watchOfUnknownEnds: "R37"
        case .watchEndsInOutage: "R38"
        case .sharesNamespaces: "R43"
        case .downIsLive: "R44"
        case .downIsEmpty: "R50"
        case .worksAfterClose: "R55"
        case .readsOwnRecordsOnly: "R56"
        }
    }
}
