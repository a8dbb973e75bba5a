// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro

/// The implementation of the service in `greeter.proto`.
struct MyGreeter: GreeterService {
    func hello(_ request: Greeter_HelloRequest, context: RequestContext) async throws -> Greeter_HelloResponse {
        guard !request.name.isEmpty else { throw MicroError(.invalidArgument, "the request has no name") }
        return .with { $0.greeting = "Hello \(request.name)" }
    }

    func chat(_ stream: MessageStream<Greeter_Note, Greeter_Note>, context: RequestContext) async throws {
        for try await note in stream {
            try await stream.send(.with { $0.text = "You wrote: \(note.text)" })
        }
    }
}
