// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The arguments that name an endpoint.
struct EndpointArguments: ParsableArguments {
    @Argument(help: "The name of the service.", completion: .custom(Completion.services))
    var service: String

    @Argument(help: "The name of the endpoint.", completion: .custom(Completion.endpoints))
    var endpoint: String
}
