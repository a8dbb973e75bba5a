// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The ways in which a gateway maps a request that no declared route matches to a service and an endpoint. The namespace is
/// put in front of the name of the service.
public enum GatewayResolver: String, Sendable, CaseIterable, Codable {
    /// `/greeter/say/hello` is `Say.Hello` of `greeter`, `/v1/greeter/say/hello` that of `v1.greeter`.
    case micro
    /// The first segment is the service, the others are the endpoint: `/greeter/say/hello` is `Say.Hello` of `greeter`.
    case path
    /// The host of the request, without the port, is the service, and the path is the endpoint.
    case host
    /// As in gRPC, `/greeter.Say/Hello` is `Say.Hello` of `greeter`.
    case grpc
}
