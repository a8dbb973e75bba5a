// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    /// Faults of the responses of an HTTP backend.
    static let responseFaults: [RegistryCase] = {
        let outage = MicroError.Code.outage
        let invalid = outage.union([.internal])
        let page = "<html><body><h1>Welcome</h1></body></html>"
        return [
            responseFault("R71", "Responses with status 500", .status(500), .failure(outage)),
            responseFault("R72", "Responses with status 503", .status(503), .failure(outage)),
            responseFault(
                "R73", "Responses with status 429", .status(429, headers: ["Retry-After": "1"]),
                .failure(outage.union([.resourceExhausted]))),
            responseFault(
                "R74", "Responses with status 401", .status(401), .failure([.unauthenticated, .unavailable]),
                isRefusal: true),
            responseFault(
                "R75", "Responses with status 403", .status(403), .failure([.permissionDenied, .unauthenticated]),
                isRefusal: true),
            responseFault("R76", "Responses with status 404", .status(404, body: page), .failure(invalid)),
            responseFault("R77", "Responses with truncated JSON", .corruptJSON, .failure(invalid)),
            responseFault("R78", "HTML pages instead of responses", .html, .failure(invalid)),
            responseFault("R79", "Unknown fields in responses", .unknownFields, .none),
            responseFault("R80", "Responses longer than announced", .contentLength(.tooShort), .either),
            responseFault("R81", "Responses shorter than announced", .contentLength(.tooLong), .failure(invalid)),
            responseFault(
                "R82", "Responses that never end", .endlessChunks, .failure(invalid.union([.payloadTooLarge]))),
            responseFault("R83", "Redirects in a loop", .redirectLoop(), .failure(invalid)),
            responseFault("R84", "Responses whose index is always 0", .header("X-Consul-Index", "0"), .none),
        ]
    }()

    private static func responseFault(
        _ id: String, _ name: String, _ fault: HTTPFault, _ effect: FaultScenario.Effect, isRefusal: Bool = false
    ) -> RegistryCase {
        let requirement =
            switch effect {
            case .none: "\(name) are tolerated: every operation succeeds."
            case .failure: "\(name) are reported as errors and never read as data; the client recovers when they end."
            case .either: "\(name) are never read as incomplete data; the client recovers when they end."
            }
        return RegistryCase(
            id, .fault, requirement,
            rationale: "Proxies, login pages and newer versions of a backend send responses that it never would.",
            hooks: [.http]
        ) { context in
            let proxy = try await context.makeHTTPProxy()
            try await context.run(
                FaultScenario(fault, by: proxy, effect),
                recoveryTimeout: isRefusal ? context.bounds.timeouts.credentialRecovery : nil)
        }
    }
}
