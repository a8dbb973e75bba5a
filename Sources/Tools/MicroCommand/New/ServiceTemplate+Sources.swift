// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The sources of handlers and tests, by the kind of service.
extension ServiceTemplate {
    /// The handlers, in a module of their own so that tests can use them.
    var handlers: String {
        switch kind {
        case .service: header + requestTypes + serviceHandlers
        case .api: header + requestTypes + apiHandlers
        case .web: header + webHandlers
        case .events: header + eventHandlers
        }
    }

    private var header: String { "public import Micro\n\n" }

    private var requestTypes: String {
        """
        /// The request of `\(typeName).Hello`.
        public struct HelloRequest: Codable, Sendable {
            public var name: String

            public init(name: String) { self.name = name }
        }

        /// The response of `\(typeName).Hello`.
        public struct HelloResponse: Codable, Sendable {
            public var greeting: String

            public init(greeting: String) { self.greeting = greeting }
        }


        """
    }

    private var serviceHandlers: String {
        """
        /// The handlers of the service.
        public enum \(typeName)Service {
            /// Adds all handlers to a service.
            public static func addHandlers(to service: Microservice) {
                service.handle("\(typeName).Hello") { (request: HelloRequest, context) in
                    guard !request.name.isEmpty else { throw MicroError(.invalidArgument, "the name is empty") }
                    return HelloResponse(greeting: "Hello \\(request.name)")
                }
            }
        }

        """
    }

    private var apiHandlers: String {
        """
        /// The handlers of the service.
        public enum \(typeName)Service {
            /// Adds all handlers to a service.
            public static func addHandlers(to service: Microservice) {
                // For external callers: validates the request, and calls the backend service.
                service.handle("\(typeName).Hello") { [client = service.client] (request: HelloRequest, context) in
                    guard !request.name.isEmpty else { throw MicroError(.invalidArgument, "the name is empty") }
                    return try await client.call("greeter", "Greeter.Hello", request, returning: HelloResponse.self)
                }
            }
        }

        """
    }

    private var webHandlers: String {
        """
        /// A request for `\(typeName).Page`: a browser's request, in the form in which a gateway passes it on.
        public struct PageRequest: Codable, Sendable {
            /// A parameter of the query.
            public struct Parameter: Codable, Sendable {
                public var values: [String]
            }

            /// The parameters of the query by name.
            public var get: [String: Parameter]?

            public init(title: String? = nil) { get = title.map { ["title": Parameter(values: [$0])] } }
        }

        /// The response of `\(typeName).Page`: a page of HTML, in the form in which a gateway sends it to the browser.
        public struct PageResponse: Codable, Sendable {
            /// A header field.
            public struct Field: Codable, Sendable {
                public var key: String
                public var values: [String]
            }

            public var statusCode = 200
            public var header = ["Content-Type": Field(key: "Content-Type", values: ["text/html; charset=utf-8"])]
            public var body: String

            public init(html: String) { body = html }
        }

        /// The handlers of the service.
        public enum \(typeName)Service {
            /// The page at `GET /\(name)` of a gateway.
            private static let page = EndpointDescriptor<PageRequest, PageResponse>(
                "\(typeName).Page", description: "Renders a page of HTML.",
                metadata: ["path": "/\(name)", "method": "GET", "handler": "api"])

            /// Adds all handlers to a service.
            public static func addHandlers(to service: Microservice) {
                service.handle(page) { request, context in
                    PageResponse(html: html(title: request.get?["title"]?.values.first ?? "\(name)"))
                }
            }

            /// The page, with the title as text and not as HTML.
            static func html(title: String) -> String {
                let text = title.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
                return "<!doctype html><title>\\(text)</title><h1>\\(text)</h1>"
            }
        }

        """
    }

    private var eventHandlers: String {
        """
        /// The event of the topic `\(name).created`.
        public struct Created: Codable, Sendable, Equatable {
            public var id: String

            public init(id: String) { self.id = id }
        }

        /// The event of the topic `\(name).handled`, published for each one that was handled.
        public struct Handled: Codable, Sendable, Equatable {
            public var id: String

            public init(id: String) { self.id = id }
        }

        /// The handlers of the service.
        public enum \(typeName)Service {
            /// Adds all handlers to a service.
            public static func addHandlers(to service: Microservice) {
                service.subscribe("\(name).created", queue: "\(name)") { [client = service.client] (event: Created, context) in
                    try await client.publish(Handled(id: event.id), to: "\(name).handled")
                }
            }
        }

        """
    }

    // MARK: Tests

    /// Tests on backends in memory.
    var tests: String {
        let body =
            switch kind {
            case .service:
                """
                    @Test func helloGreetsByName() async throws {
                        try await withService { client, _ in
                            let response: HelloResponse = try await client.call(
                                "\(name)", "\(typeName).Hello", HelloRequest(name: "John"))
                            #expect(response.greeting == "Hello John")
                        }
                    }

                    @Test func emptyNameIsRefused() async throws {
                        try await withService { client, _ in
                            await #expect(throws: MicroError.self) {
                                let _: HelloResponse = try await client.call(
                                    "\(name)", "\(typeName).Hello", HelloRequest(name: ""))
                            }
                        }
                    }
                """
            case .api:
                """
                    @Test func emptyNameIsRefused() async throws {
                        try await withService { client, _ in
                            await #expect(throws: MicroError.self) {
                                let _: HelloResponse = try await client.call(
                                    "\(name)", "\(typeName).Hello", HelloRequest(name: ""))
                            }
                        }
                    }
                """
            case .web:
                """
                    @Test func titleIsEscaped() async throws {
                        try await withService { client, _ in
                            let response: PageResponse = try await client.call(
                                "\(name)", "\(typeName).Page", PageRequest(title: "<b>"))
                            #expect(response.body.contains("<h1>&lt;b></h1>"))
                        }
                    }
                """
            case .events:
                """
                    @Test func eachEventIsHandled() async throws {
                        try await withService { client, backends in
                            let handled = try await backends.events(1, of: Handled.self, on: "\(name).handled") {
                                try await client.publish(Created(id: "42"), to: "\(name).created")
                            }
                            #expect(handled == [Handled(id: "42")])
                        }
                    }
                """
            }
        return """
            import \(typeName)Handlers
            import Micro
            import MicroTesting
            import Testing

            @Suite(.timeLimit(.minutes(1))) struct \(typeName)Tests {
            \(body)

                /// Runs the service on backends in memory, and a body with a client of it.
                private func withService(_ body: (Client, TestBackends) async throws -> Void) async throws {
                    let backends = TestBackends()
                    let service = try backends.makeService("\(name)")
                    \(typeName)Service.addHandlers(to: service)
                    try await withRunning([service], on: backends) { client in try await body(client, backends) }
                }
            }

            """
    }
}
