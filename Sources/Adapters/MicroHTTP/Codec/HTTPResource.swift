// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The endpoint named by the path of a request: `/Service.Method` or `/service/Service.Method` for a call, `/healthz`
/// and `/readyz` for the probes of an orchestrator.
struct HTTPResource {
    /// The service; empty if the path does not name one.
    let service: String
    let endpoint: String

    /// The endpoints of the probes, by path.
    private static let probes: [Substring: String] = [
        "/healthz": ProbeEndpoint.live, "/readyz": ProbeEndpoint.ready,
    ]

    /// Reads the method and the path of a request.
    ///
    /// - Returns: Nil for a `POST` to `/`, whose headers or body name the endpoint.
    /// - Throws: ``HTTPStatusError`` with 404 or 405 for other resources and methods.
    init?(_ head: HTTPHead) throws(HTTPStatusError) {
        let path = head.originTarget.prefix { $0 != "?" }
        if head.method == "GET" || head.method == "HEAD", let endpoint = Self.probes[path] {
            (service, self.endpoint) = ("", endpoint)
            return
        }
        guard head.method == "POST" else {
            throw HTTPStatusError(.init(status: 405), "a call is a POST request, not \(head.method.prefix(20))")
        }
        guard path != "/" else { return nil }
        let names = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard path.hasPrefix("/"), (1...2).contains(names.count), names.allSatisfy({ NameRules.isName(String($0)) }),
            let endpoint = names.last, endpoint.contains(".")
        else {
            throw HTTPStatusError(
                .notFound,
                "a call has the path /, /Service.Method or /service/Service.Method: there is no other resource")
        }
        (service, self.endpoint) = (names.count == 2 ? String(names[0]) : "", String(endpoint))
    }
}
