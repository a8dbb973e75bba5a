// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroEdge

/// Maps paths to services, endpoints and topics, as go-micro's API does.
struct PathMapping: Sendable {
    /// See ``GatewayConfiguration/namespace``.
    let namespace: String
    /// See ``GatewayConfiguration/resolver``.
    var resolver = GatewayResolver.micro

    /// The endpoints that a request may stand for, the preferred one first; none if the path has too few segments.
    ///
    /// - Parameters:
    ///   - segments: The segments of the path.
    ///   - host: The host of the request, with or without a port.
    func targets(for segments: [String], host: String? = nil) -> [GatewayTarget] {
        switch resolver {
        case .micro: microTargets(for: segments)
        case .path: endpointTargets(service: segments.prefix(1), segments.dropFirst())
        case .host: endpointTargets(service: host.map { [EndpointRoute.withoutPort($0)] } ?? [], segments[...])
        case .grpc: grpcTargets(for: segments)
        }
    }

    /// The HTTP service that a request stands for; nil if there is none, or if its name is not plain
    /// (`[A-Za-z0-9]+(-[A-Za-z0-9]+)*`).
    func service(for segments: [String], host: String?) -> String? {
        let parts: [String]
        switch resolver {
        case .host: return host.map { name(of: [EndpointRoute.withoutPort($0)]) }
        case .micro where segments.count > 1 && Self.isVersion(segments[0]): parts = Array(segments.prefix(2))
        case .micro, .path: parts = Array(segments.prefix(1))
        case .grpc: parts = segments.prefix(1).flatMap { $0.split(separator: ".").dropLast().map(String.init) }
        }
        return !parts.isEmpty && parts.allSatisfy(Self.isPlain) ? name(of: parts) : nil
    }

    private static func isPlain(_ segment: String) -> Bool {
        segment.split(separator: "-", omittingEmptySubsequences: false).allSatisfy { word in
            !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        }
    }

    /// An endpoint of a service. A single segment with a dot is the name of the endpoint itself.
    private func endpointTargets(service: some Sequence<String>, _ segments: ArraySlice<String>) -> [GatewayTarget] {
        let service = Array(service)
        guard let last = segments.last, !service.isEmpty else { return [] }
        let name = name(of: service)
        if segments.count == 1, last.contains(".") { return [GatewayTarget(service: name, endpoint: last)] }
        return [GatewayTarget(service: name, endpoint: segments.map(Self.camelCase).joined(separator: "."))]
    }

    private func grpcTargets(for segments: [String]) -> [GatewayTarget] {
        let parts = segments.first?.split(separator: ".").map(String.init) ?? []
        guard segments.count == 2, parts.count >= 2 else { return [] }
        return [
            GatewayTarget(service: name(of: parts.dropLast()), endpoint: "\(parts[parts.count - 1]).\(segments[1])")
        ]
    }

    /// `/greeter/say/hello` is `Say.Hello` of `greeter`, `/v1/greeter/say/hello` that of `v1.greeter`. A last segment with a
    /// dot may also be the name of an endpoint: `/greeter/Say.Hello`.
    private func microTargets(for segments: [String]) -> [GatewayTarget] {
        guard segments.count >= 2, !(segments.count == 2 && Self.isVersion(segments[0])) else { return [] }
        let (service, rest) = Self.split(segments)
        let name = name(of: service)
        var targets = [GatewayTarget(service: name, endpoint: rest.map(Self.camelCase).joined(separator: "."))]
        if let last = segments.last, last.contains(".") {
            let service = Array(segments.dropLast())
            targets.append(GatewayTarget(service: self.name(of: service), endpoint: last))
        }
        return targets
    }

    /// The path of an endpoint, the inverse of ``targets(for:host:)``; nil if there is none.
    func path(of target: GatewayTarget) -> String? {
        guard contains(target.service) else { return nil }
        let separator = namespace.isEmpty || namespace.hasSuffix(".") || namespace.hasSuffix("-") ? 0 : 1
        let name = target.service.dropFirst(namespace.count + separator)
        let service = name.split(separator: namespace.hasSuffix("-") ? "-" : ".").map(String.init)
        let endpoint = target.endpoint.split(separator: ".").map { $0.prefix(1).lowercased() + $0.dropFirst() }
        let candidates: [[String]] =
            switch resolver {
            case .micro where service == endpoint.dropLast():
                [endpoint, service + endpoint, service + [target.endpoint]]
            case .micro: [service + endpoint, service + [target.endpoint]]
            case .path: [[service.joined(separator: ".")] + endpoint]
            case .grpc:
                [
                    [
                        (service + target.endpoint.split(separator: ".").dropLast().map(String.init))
                            .joined(separator: "."), target.endpoint.split(separator: ".").last.map(String.init) ?? "",
                    ]
                ]
            case .host: []
            }
        return candidates.first { targets(for: $0).contains(target) }.map { "/" + $0.joined(separator: "/") }
    }

    /// The topic and the name of the event that a path stands for: `/user/login` is `login` on the topic `user`.
    func event(for segments: [String]) -> (topic: String, name: String) {
        guard let first = segments.first else { return (namespace, "event") }
        let isVersioned = segments.count > 1 && Self.isVersion(first)
        let topic = isVersioned ? Array(segments.prefix(2)) : [first]
        let rest = segments.dropFirst(topic.count)
        return (name(of: topic), rest.isEmpty ? topic[topic.count - 1] : rest.joined(separator: "."))
    }

    /// Whether a service belongs to the namespace.
    func contains(_ service: String) -> Bool {
        if namespace.isEmpty { return true }
        let hasSeparator = namespace.hasSuffix(".") || namespace.hasSuffix("-")
        return service.hasPrefix(hasSeparator ? namespace : namespace + ".")
    }

    /// The endpoint is the last two segments, the service those before it: at least one segment besides a version.
    private static func split(_ segments: [String]) -> (service: [String], endpoint: [String]) {
        if segments.count == 2 { return ([segments[0]], segments) }
        if segments.count == 3, isVersion(segments[0]) { return (Array(segments.prefix(2)), Array(segments.suffix(2))) }
        return (Array(segments.dropLast(2)), Array(segments.suffix(2)))
    }

    private func name(of parts: some Sequence<String>) -> String {
        let name = parts.joined(separator: ".")
        if namespace.isEmpty { return name }
        if namespace.hasSuffix("-") { return namespace + name.replacing(".", with: "-") }
        return namespace.hasSuffix(".") ? namespace + name : "\(namespace).\(name)"
    }

    private static func isVersion(_ segment: String) -> Bool {
        segment.hasPrefix("v") && segment.count > 1
            && segment.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// `baz-xyz` becomes `BazXyz`. Other characters that are not letters, digits or underscores stay, and the letter behind
    /// them becomes a capital.
    static func camelCase(_ segment: String) -> String {
        var text = ""
        var isStart = true
        for character in segment {
            let isWord = character.isLetter || character.isNumber || character == "_"
            if character != "-" { text += isStart ? character.uppercased() : String(character) }
            isStart = !isWord
        }
        return text
    }
}
