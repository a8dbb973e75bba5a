// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import MicroGateway

/// go-micro's mapping of paths to services, endpoints and topics.
@Suite struct PathMappingTests {
    private let mapping = PathMapping(namespace: "go.micro.api")

    @Test(arguments: [
        ("foo/bar", "go.micro.api.foo", "Foo.Bar"), ("foo/foo/bar", "go.micro.api.foo", "Foo.Bar"),
        ("foo/bar/baz", "go.micro.api.foo", "Bar.Baz"), ("foo/bar/baz-xyz", "go.micro.api.foo", "Bar.BazXyz"),
        ("foo/bar/baz/cat", "go.micro.api.foo.bar", "Baz.Cat"),
        ("foo/bar/baz/cat/car", "go.micro.api.foo.bar.baz", "Cat.Car"),
        ("foo/fooBar/bazCat", "go.micro.api.foo", "FooBar.BazCat"), ("v1/foo/bar", "go.micro.api.v1.foo", "Foo.Bar"),
        ("v1/foo/bar/baz", "go.micro.api.v1.foo", "Bar.Baz"),
        ("v1/foo/bar/baz/cat", "go.micro.api.v1.foo.bar", "Baz.Cat"),
        ("greeter/say/hello", "go.micro.api.greeter", "Say.Hello"),
        ("foo_bar/baz", "go.micro.api.foo_bar", "Foo_bar.Baz"), ("V1/foo/bar", "go.micro.api.V1", "Foo.Bar"),
    ])
    func pathsNameEndpoints(_ path: String, _ service: String, _ endpoint: String) {
        let targets = mapping.targets(for: path.split(separator: "/").map(String.init))
        #expect(targets.first == GatewayTarget(service: service, endpoint: endpoint))
    }

    @Test func segmentWithDotIsAnEndpoint() {
        let targets = mapping.targets(for: ["greeter", "Say.Hello"])
        #expect(targets.last == GatewayTarget(service: "go.micro.api.greeter", endpoint: "Say.Hello"))
    }

    @Test(arguments: [[], ["foo"], ["v1", "foo"]]) func shortPathsNameNoEndpoint(_ segments: [String]) {
        #expect(mapping.targets(for: segments).isEmpty)
    }

    @Test(arguments: [("", "foo"), ("go.micro.api", "go.micro.api.foo"), ("go.", "go.foo"), ("go-", "go-foo")])
    func namespaceIsJoined(_ namespace: String, _ service: String) {
        #expect(PathMapping(namespace: namespace).targets(for: ["foo", "bar"]).first?.service == service)
    }

    @Test func namespaceEndsAtAnyDot() {
        #expect(
            mapping.contains("go.micro.api.a") && !mapping.contains("go.micro.apix")
                && !mapping.contains("go.micro.api"))
        #expect(PathMapping(namespace: "").contains("anything"))
    }

    @Test(
        arguments: [
            ([], "go.micro.api", "event"), (["user"], "go.micro.api.user", "user"),
            (["user", "login"], "go.micro.api.user", "login"), (["user", "a", "b"], "go.micro.api.user", "a.b"),
            (["v1", "user", "login"], "go.micro.api.v1.user", "login"),
        ] as [([String], String, String)])
    func pathsNameTopics(_ segments: [String], _ topic: String, _ name: String) {
        let event = mapping.event(for: segments)
        #expect(event.topic == topic && event.name == name)
    }
}
