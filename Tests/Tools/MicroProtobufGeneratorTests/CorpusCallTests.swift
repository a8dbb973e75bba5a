// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import SwiftProtobuf
import Testing

@testable import ProtobufCorpus

/// The generated code of the corpus, called.
@Suite(.timeLimit(.minutes(1))) struct CorpusCallTests {
    private let fixture = MemoryFixture()

    private func whileServing(
        _ register: (Micro.Microservice) -> Void, _ body: (Micro.Client) async throws -> Void
    ) async throws {
        let service = try fixture.makeService("corpus")
        register(service)
        try await fixture.whileServing(service) {
            let client = try fixture.makeClient()
            try await body(client)
            await client.close()
        }
    }

    @Test func methodsNamedByKeywordsAreCalled() async throws {
        try await whileServing {
            $0.register(Keywords())
        } _: { client in
            let keywords = ProtocolClient(client, service: "corpus")
            #expect(try await keywords.init_(.with { $0.init_p = "x" }).self_p == "init x")
            #expect(try await keywords.self_(.with { $0.self_p = "x" }).init_p == "self x")
            for call in [keywords.type, keywords.default, keywords.await, keywords.throws, keywords.operator] {
                #expect(try await call(.with { $0.self_p = "x" }, .init()).self_p == "x")
            }
            for call in [keywords.protocol, keywords.any, keywords.subscript] {
                #expect(try await call(.with { $0.self_p = "x" }, .init()).self_p == "x")
            }
            var count = 0
            for try await _ in try await keywords.in(.init()) { count += 1 }
            #expect(count == 2)
            #expect(try await keywords.repeat { try await $0.send(.with { $0.self_p = "last" }) }.self_p == "last")
            let stream = try await keywords.func()
            try await stream.send(.with { $0.self_p = "x" })
            try await stream.finish()
            for try await response in stream { #expect(response.self_p == "x") }
        }
    }

    @Test func methodsWithoutSwiftNamesAreCalled() async throws {
        try await whileServing {
            $0.register(KeywordClass())
        } _: { (client) async throws in
            let service = ClassClient(client, service: "corpus")
            #expect(try await service.class(.with { $0.self_p = "x" }).self_p == "x")
            #expect(try await service._2x(.with { $0.self_p = "x" }).self_p == "xx")
            #expect(try await service.__(.with { $0.self_p = "x" }).self_p == "")
        }
    }

    @Test func streamsOfEmptyMessagesKeepTheirNumber() async throws {
        try await whileServing {
            $0.register(EmptyMessages())
        } _: { client in
            let service = WellKnownClient(client, service: "corpus")
            _ = try await service.ping(.init())
            #expect(try await service.now("1970-01-01").seconds == 0)
            #expect(try await service.update(.init()).fields.isEmpty)
            #expect(try await service.collect { for _ in 0..<5 { try await $0.send(.init()) } }.value == 5)
            var count = 0
            for try await _ in try await service.repeat(3) { count += 1 }
            #expect(count == 3)
            let ticks = try await service.tick()
            for _ in 0..<4 { try await ticks.send(.init()) }
            try await ticks.finish()
            for try await _ in ticks { count += 1 }
            #expect(count == 7)
        }
    }

    @Test func messagesWithNamesOfLibraryTypesAreCalled() async throws {
        try await whileServing {
            $0.register(Collisions())
        } _: { client in
            let service = CollisionsClient(client, service: "corpus")
            #expect(try await service.client(.with { $0.microClient = "a" }).serviceName == "a")
            _ = try await service.microClient { try await $0.send(.init()) }
            for try await _ in try await service.serviceName(.init()) {}
            #expect(try await service.register(.with { $0.microClient = "b" }).microClient == "b")
        }
    }

    @Test func servicesOfOtherFilesAreCalled() async throws {
        try await whileServing { service in
            service.register(Nested())
            service.register(Archive())
            service.register(Accounts())
            service.register(StoreA())
            service.register(Editions())
            service.register(SwiftAccount())
            service.register(Audits())
            service.register(Things())
        } _: { client in
            let nested = try await NestedClient(client, service: "corpus").find(.with { $0.text = "x" })
            #expect(nested.inner.name == "x")
            let archive = ArchiveClient(client, service: "corpus")
            #expect(try await archive.search(.with { $0.query = "q" }).limit == 10)
            // A message without a required field is not encoded.
            let error = await #expect(throws: Micro.MicroError.self) { try await archive.search(.init()) }
            #expect(error?.code == .invalidArgument)
            #expect(
                try await UserAccountsClient(client, service: "corpus").httpStatus(.with { $0.name = "n" }).name == "n")
            #expect(try await Corpus_A_StoreClient(client, service: "corpus").put(.with { $0.id = "1" }).id == "1")
            #expect(
                try await EditionsClient(client, service: "corpus").get(.with { $0.pages = [1, 2] }).pages == [1, 2])
            #expect(
                try await AccountServiceClient(client, service: "corpus").open(.with { $0.name = "n" }).name == "n")
            #expect(try await OptionsClient(client, service: "corpus").get(.with { $0.owner = "o" }).owner == "o")
            // Of this service, only the server was generated.
            let thing = try await client.call(
                "corpus", ServerOnlyEndpoints.get, Corpus_Serveronly_Thing.with { $0.id = "t" })
            #expect(thing.id == "t")
            // Of this service, only the client was generated.
            let missing = await #expect(throws: Micro.MicroError.self) {
                try await ClientOnlyClient(client, service: "corpus").get(.init())
            }
            #expect(missing?.code == .notFound)
        }
    }

    /// The other file with a service of this name.
    @Test func serviceWithNameOfAnotherIsCalled() async throws {
        try await whileServing {
            $0.register(StoreB())
        } _: { (client) async throws in
            #expect(try await Corpus_B_StoreClient(client, service: "corpus").put(.init()) == .init())
        }
    }

    @Test func descriptorsOfCorpusAreBounded() {
        #expect(OptionsEndpoints.long.endpoint.metadata["description"]?.count == 300)
        #expect(UserAccountsEndpoints.getUser.name == "UserAccounts.get_user")
        #expect(UserAccountsEndpoints.getUser.endpoint.metadata["description"] == "A trailing comment.")
        let list = NestedEndpoints.list.endpoint
        #expect(list.request?.values.map(\.type) == ["int32", "[]Page"])
        #expect(list.request?.values.last?.values.last?.values.last?.values.isEmpty == true)
        let types = NestedEndpoints.find.endpoint.request?.values.map(\.type)
        #expect(
            types == [
                "string", "[]Outer_Kind", "map[string]Outer_Inner", "int32", "int64", "[]uint8", "[]float64", "Page",
                "map[int32]Outer_Kind",
            ])
    }
}
