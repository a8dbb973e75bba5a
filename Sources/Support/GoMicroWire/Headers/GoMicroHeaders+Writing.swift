// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

extension GoMicroHeaders {
    /// The fields that name the called endpoint and the media type, under current and legacy names.
    package static func targetFields(of request: TransportRequest) -> Fields {
        [
            (GoMicroHeaderName.contentType, request.contentType),
            (GoMicroHeaderName.accept, request.contentType),
            (GoMicroHeaderName.service, request.service),
            (GoMicroHeaderName.method, request.endpoint),
            (GoMicroHeaderName.endpoint, request.endpoint),
            ("X-Micro-Service", request.service),
            ("X-Micro-Method", request.endpoint),
            ("X-Micro-Endpoint", request.endpoint),
        ]
    }

    /// The number of a call, under its current and legacy name; no fields for nil.
    package static func idFields(_ id: String?) -> Fields {
        id.map { [(GoMicroHeaderName.id, $0), ("X-Micro-Id", $0)] } ?? []
    }

    /// An error text or ``endOfStream``, under its current and legacy name.
    package static func errorFields(_ text: String) -> Fields {
        [(GoMicroHeaderName.error, text), ("X-Micro-Error", text)]
    }

    /// The remaining time of a request in nanoseconds: at least 1 and at most a year, so that every peer can represent
    /// it.
    package static func timeoutFields(until deadline: ContinuousClock.Instant) -> Fields {
        let maxSeconds: Int64 = 365 * 24 * 60 * 60
        let left = ContinuousClock.now.duration(to: deadline).components
        let seconds = min(max(left.seconds, 0), maxSeconds)
        let nanoseconds = seconds * 1_000_000_000 + max(left.attoseconds, 0) / 1_000_000_000
        return [(GoMicroHeaderName.timeout, String(max(1, nanoseconds)))]
    }
}
