// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The defect of a mutant of a transport.
enum TransportDefect: String, MutantDefect {
    case dropsContentType, treatsEmptyResponseAsError, truncatesLargeBodies, decodesBodiesAsText,
        acceptsOversizedPayloads, mixesConcurrentResponses
    case returnsPreviousResponse, dropsHeaders, truncatesHeadersAtNull, mergesRepeatedHeaders,
        removesLineEndsFromHeaders, truncatesErrorMessages
    case leaksOwnHeaders, reportsAllErrorsAsInternal, dropsErrorOrigin, dropsErrorDetails, dropsForeignStatus,
        reportsUnavailableAsNotFound,
        leaksInternalErrors, acceptsUnknownStreamEndpoints
    case drainsOnForeignService, ignoresDeadlines, restartsDeadline, ignoresCancellation, reportsCancellationAsFailure
    case reportsFailureAsSuccess, losesSomeCalls, neverRecovers, retriesImmediately, usesConnectionPerCall,
        worksAfterClose
    case secondCloseHangs, bindsAnotherPortSilently, drainCancelsInFlight, drainAcceptsNewRequests
    // Streams.
    case losesLastMessage, reordersMessages, holdsBackMessages, emptyMessageEndsStream, finishEndsBothDirections,
        errorOvertakesMessages
    case reportsErrorAsEnd, reportsStreamErrorsAsInternal, ignoresBackPressure, cancelIsNotSent,
        reportsBrokenConnectionAsEnd, mixesStreams
    case dropsOversizedMessages
    case dropsStreamHeaders, decodesStreamMessagesAsText, replacesRequestContentType, reportsFailureAsSafeToRetry

    /// The cases that must detect the defect.
    var targets: [String] {
        switch self {
        case .dropsContentType: ["T01"]
        case .treatsEmptyResponseAsError: ["T01", "T28"]
        case .truncatesLargeBodies: ["T02"]
        case .decodesBodiesAsText: ["T04"]
        case .acceptsOversizedPayloads: ["T05"]
        case .mixesConcurrentResponses: ["T06"]
        case .returnsPreviousResponse: ["T29"]
        case .dropsHeaders: ["T13", "T36"]
        case .truncatesHeadersAtNull: ["T14"]
        case .mergesRepeatedHeaders, .removesLineEndsFromHeaders: ["T15"]
        case .truncatesErrorMessages: ["T16"]
        case .leaksOwnHeaders: ["T17"]
        case .reportsAllErrorsAsInternal, .dropsErrorOrigin: ["T18"]
        case .dropsErrorDetails, .dropsForeignStatus: ["T18", "T19"]
        case .reportsUnavailableAsNotFound: ["T20"]
        case .leaksInternalErrors: ["T54"]
        case .acceptsUnknownStreamEndpoints: ["T53"]
        case .drainsOnForeignService: ["T21"]
        case .ignoresDeadlines: ["T22", "T35", "T56"]
        case .restartsDeadline: ["T23"]
        case .ignoresCancellation: ["T24", "T25"]
        case .reportsCancellationAsFailure: ["T25", "T27"]
        case .reportsFailureAsSuccess: ["T31", "T32", "T34", "T59", "T60", "T61"]
        case .losesSomeCalls: ["T33", "T38"]
        case .neverRecovers: ["T34", "T40"]
        case .retriesImmediately: ["T37"]
        case .usesConnectionPerCall: ["T39"]
        case .worksAfterClose: ["T41"]
        case .secondCloseHangs: ["T52"]
        case .bindsAnotherPortSilently: ["T51"]
        case .drainCancelsInFlight, .drainAcceptsNewRequests: ["T63"]
        case .losesLastMessage: ["T07"]
        case .reordersMessages: ["T08"]
        case .holdsBackMessages: ["T09"]
        case .emptyMessageEndsStream: ["T10"]
        case .finishEndsBothDirections: ["T11"]
        case .errorOvertakesMessages: ["T12"]
        case .reportsErrorAsEnd: ["T12", "T19"]
        case .reportsStreamErrorsAsInternal: ["T19"]
        case .ignoresBackPressure: ["T55"]
        case .cancelIsNotSent: ["T26"]
        case .reportsBrokenConnectionAsEnd: ["T30", "T62"]
        case .mixesStreams: ["T57"]
        case .dropsOversizedMessages: ["T58"]
        case .dropsStreamHeaders: ["T64"]
        case .decodesStreamMessagesAsText: ["T65"]
        case .replacesRequestContentType: ["T66"]
        case .reportsFailureAsSafeToRetry: ["T67"]
        }
    }
}
