// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Testing

@testable import MicroGateway

/// The routes as tools show them, and the decision for a request.
@Suite struct GatewayRoutesTests {
    private func state(_ endpoints: [Endpoint], service: String = "go.micro.api.users") -> RegistryState {
        RegistryState([ServiceRecord(name: service, endpoints: endpoints, nodes: [Node(id: "u-1", address: "u-1")])])
    }

    private func routes(
        _ endpoints: [Endpoint], _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) -> GatewayRoutes {
        var configuration = GatewayConfiguration()
        change(&configuration)
        return GatewayRoutes(state(endpoints), configuration: configuration)
    }

    private let get = Endpoint(name: "Users.Get", metadata: ["path": "/users/{id}", "method": "GET"])

    @Test func declaredAndMappedRoutesAreListed() {
        let routes = routes([get, Endpoint(name: "Users.List"), Endpoint(name: "Debug.Stats")]).routes
        #expect(routes.map(\.path) == ["/users/list", "/users/{id}"])
        #expect(routes.map(\.isDeclared) == [false, true])
    }

    @Test func explanationNamesRouteAndVariables() throws {
        let routes = routes([get, Endpoint(name: "Users.Any", metadata: ["path": "/users/{rest=**}"])])
        let explanation = try routes.explain(method: "GET", target: "/users/7?full=true")
        #expect(explanation.endpoint == "Users.Get" && explanation.variables == ["id": "7"])
        #expect(explanation.route?.path == "/users/{id}" && explanation.others.map(\.path) == ["/users/{rest=**}"])
        let mapped = try routes.explain(method: "POST", target: "/users/users/other")
        #expect(mapped.endpoint == "Users.Any" && mapped.route != nil)
        #expect(throws: MicroError.self) { try routes.explain(method: "GET", target: "/a/../b") }
        #expect(throws: MicroError.self) { try routes.explain(method: "GET", target: "/nobody/is/there") }
    }

    @Test func equalRoutesAreReported() {
        let other = Endpoint(name: "Users.Other", metadata: ["path": "/users/{name}", "method": "GET,PUT"])
        #expect(routes([get, other]).problems.count == 1)
        let put = Endpoint(name: "Users.Put", metadata: ["path": "/users/{id}", "method": "PUT"])
        #expect(routes([get, put]).problems.isEmpty)
    }

    @Test func routeToAnEndpointThatIsNotPublicIsIgnored() {
        let route = routes([Endpoint(name: "Users.Stats", metadata: ["path": "/stats", "endpoint": "Debug.Stats"])])
        #expect(route.routes.allSatisfy { !$0.isDeclared } && route.problems.count == 1)
    }

    @Test(
        arguments: [
            (GatewayResolver.path, "/users/users/get", nil, "Users.Get"), (.path, "/users/Users.Get", nil, "Users.Get"),
            (.host, "/users/get", "users:8080", "Users.Get"), (.grpc, "/users.Users/Get", nil, "Users.Get"),
            (.micro, "/users/users/get", nil, "Users.Get"), (.micro, "/users/get", nil, "Users.Get"),
        ] as [(GatewayResolver, String, String?, String)])
    func resolversMapPaths(resolver: GatewayResolver, path: String, host: String?, endpoint: String) throws {
        let explanation = try routes([Endpoint(name: "Users.Get")]) { $0.resolver = resolver }
            .explain(method: "POST", target: path, host: host)
        #expect(explanation.service == "go.micro.api.users" && explanation.endpoint == endpoint)
    }

    @Test(
        arguments: [
            ("/users/a/b", "go.micro.api.users"), ("/users", "go.micro.api.users"), ("/us_ers", nil), ("/-users", nil),
            ("/v1/users/x", "go.micro.api.v1.users"), ("/", nil), ("/users.x/a", nil),
        ] as [(String, String?)])
    func httpServicesHavePlainNames(path: String, service: String?) {
        let segments = path.split(separator: "/").map(String.init)
        #expect(PathMapping(namespace: "go.micro.api").service(for: segments, host: nil) == service)
    }
}
