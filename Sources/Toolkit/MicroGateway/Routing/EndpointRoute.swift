// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A route that an endpoint declares in its metadata, with go-micro's keys: `method` and `path` and `host` (lists separated
/// by commas), `handler` and `endpoint`.
struct EndpointRoute: Sendable {
    let target: GatewayTarget
    let handler: GatewayHandler?
    let methods: Set<String>
    let hosts: Set<String>
    let pattern: PathPattern

    /// The rank among routes that match the same request; then the order of the names decides.
    var specificity: (Int, Int, Int) { (pattern.specificity, hosts.isEmpty ? 0 : 1, methods.isEmpty ? 0 : 1) }

    /// The routes of an endpoint, and the reasons for which patterns were left out.
    static func routes(of endpoint: Endpoint, service: String) -> (routes: [EndpointRoute], problems: [String]) {
        let metadata = endpoint.metadata
        let paths = list(metadata["path"], keepingCase: true)
        guard !paths.isEmpty else { return ([], []) }
        let name = metadata["endpoint"].flatMap { $0.isEmpty ? nil : $0 } ?? endpoint.name
        guard RouteTable.isPublic(name) else {
            return ([], ["\(service) \(endpoint.name): it names the endpoint \(name), which is not public"])
        }
        var (routes, problems): ([EndpointRoute], [String]) = ([], [])
        for path in paths {
            do {
                routes.append(
                    EndpointRoute(
                        target: GatewayTarget(service: service, endpoint: name),
                        handler: metadata["handler"].flatMap(GatewayHandler.init(name:)),
                        methods: Set(list(metadata["method"], keepingCase: true).map { $0.uppercased() }),
                        hosts: Set(list(metadata["host"], keepingCase: false).map(Self.withoutPort)),
                        pattern: try PathPattern(path)))
            } catch {
                problems.append("\(service) \(name): \(error)")
            }
        }
        return (routes, problems)
    }

    /// Whether another route whose pattern matches the same paths matches the same requests, so that only one of them is
    /// ever used.
    func conflicts(with other: EndpointRoute) -> Bool {
        target != other.target
            && (hosts == other.hosts || !hosts.isDisjoint(with: other.hosts))
            && (methods.isEmpty == other.methods.isEmpty
                && (methods.isEmpty || !methods.isDisjoint(with: other.methods)))
    }

    /// A host without its port, in lower case.
    static func withoutPort(_ host: String) -> String {
        let host = host.lowercased()
        guard let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") else { return host }
        return String(host[..<colon])
    }

    private static func list(_ text: String?, keepingCase: Bool) -> [String] {
        (text ?? "").split(separator: ",").map { part in
            var part = part.drop { $0 == " " }
            while part.last == " " { part.removeLast() }
            return keepingCase ? String(part) : part.lowercased()
        }
    }
}
