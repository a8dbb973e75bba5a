// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What a mutant of a transport does wrong.
enum TransportDefect: String, Mutation {
    case forgetsContentType, emptyIsNoAnswer, cutsLargeBodies, bodiesAreText, swallowsOversize, mixesAnswers
    case answersWithTheLast, dropsHeaders, cutsAtZero, joinsRepeatedHeaders, mendsLineEnds, cutsErrorMessages
    case leaksOwnHeaders, everythingIsInternal, forgetsOrigin, goneIsNotFound, tellsInternals, opensAnything
    case strangersEndIt, ignoresDeadlines, restartsDeadline, heedsNoCancellation, cancellationIsFailure
    case failureIsSuccess, losesSomeCalls, neverRecovers, storms, connectionForEachCall, worksAfterClose
    case secondCloseHangs, bindsSilently, drainCutsOff, drainGoesOn
    // Of streams.
    case losesLastMessage, reordersMessages, hoardsMessages, emptyMessageEnds, finishEndsBoth, errorOvertakes
    case errorIsEnd, everyStreamErrorIsInternal, ignoresBackPressure, cancelStaysHere, brokenIsEnd, mixesStreams
    case dropsOversize

    /// The cases that are there because of it.
    var targets: [String] {
        switch self {
        case .forgetsContentType: ["T01"]
        case .emptyIsNoAnswer: ["T01", "T28"]
        case .cutsLargeBodies: ["T02"]
        case .bodiesAreText: ["T04"]
        case .swallowsOversize: ["T05"]
        case .mixesAnswers: ["T06"]
        case .answersWithTheLast: ["T29"]
        case .dropsHeaders: ["T13", "T36"]
        case .cutsAtZero: ["T14"]
        case .joinsRepeatedHeaders, .mendsLineEnds: ["T15"]
        case .cutsErrorMessages: ["T16"]
        case .leaksOwnHeaders: ["T17"]
        case .everythingIsInternal, .forgetsOrigin: ["T18"]
        case .goneIsNotFound: ["T20"]
        case .tellsInternals: ["T54"]
        case .opensAnything: ["T53"]
        case .strangersEndIt: ["T21"]
        case .ignoresDeadlines: ["T22", "T35", "T56"]
        case .restartsDeadline: ["T23"]
        case .heedsNoCancellation: ["T24", "T25"]
        case .cancellationIsFailure: ["T25", "T27"]
        case .failureIsSuccess: ["T31", "T32", "T34", "T59", "T60", "T61"]
        case .losesSomeCalls: ["T33", "T38"]
        case .neverRecovers: ["T34", "T40"]
        case .storms: ["T37"]
        case .connectionForEachCall: ["T39"]
        case .worksAfterClose: ["T41"]
        case .secondCloseHangs: ["T52"]
        case .bindsSilently: ["T51"]
        case .drainCutsOff, .drainGoesOn: ["T63"]
        case .losesLastMessage: ["T07"]
        case .reordersMessages: ["T08"]
        case .hoardsMessages: ["T09"]
        case .emptyMessageEnds: ["T10"]
        case .finishEndsBoth: ["T11"]
        case .errorOvertakes: ["T12"]
        case .errorIsEnd: ["T12", "T19"]
        case .everyStreamErrorIsInternal: ["T19"]
        case .ignoresBackPressure: ["T55"]
        case .cancelStaysHere: ["T26"]
        case .brokenIsEnd: ["T30", "T62"]
        case .mixesStreams: ["T57"]
        case .dropsOversize: ["T58"]
        }
    }
}
