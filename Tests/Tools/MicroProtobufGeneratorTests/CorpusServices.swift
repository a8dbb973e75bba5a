// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import SwiftProtobuf

@testable import ProtobufCorpus

// Implementations of the services of the corpus. Names are qualified where the corpus has messages of the same names.

struct Keywords: ProtocolService {
    typealias Value = Corpus_Class_Self_Type
    typealias Context = Micro.RequestContext

    // swift-format-ignore: AlwaysUseLowerCamelCase
    func init_(_ request: Corpus_Class_Self_Self, context: Context) async throws -> Value {
        .with { $0.self_p = "init \(request.init_p)" }
    }
    // swift-format-ignore: AlwaysUseLowerCamelCase
    func self_(_ request: Value, context: Context) async throws -> Corpus_Class_Self_Self {
        .with { $0.init_p = "self \(request.self_p)" }
    }
    func type(_ request: Value, context: Context) async throws -> Value { request }
    func `default`(_ request: Value, context: Context) async throws -> Value { request }
    func `in`(_ request: Value, responses: Micro.MessageWriter<Value>, context: Context) async throws {
        for _ in 0..<2 { try await responses.send(request) }
    }
    func `repeat`(_ requests: Micro.MessageReader<Value>, context: Context) async throws -> Value {
        try await requests.reduce(Value()) { $1 }
    }
    func `func`(_ stream: Micro.MessageStream<Value, Value>, context: Context) async throws {
        for try await value in stream { try await stream.send(value) }
    }
    func await(_ request: Value, context: Context) async throws -> Value { request }
    func `throws`(_ request: Value, context: Context) async throws -> Value { request }
    func `operator`(_ request: Value, context: Context) async throws -> Value { request }
    func `protocol`(_ request: Value, context: Context) async throws -> Value { request }
    func any(_ request: Value, context: Context) async throws -> Value { request }
    func `subscript`(_ request: Value, context: Context) async throws -> Value { request }
}

struct KeywordClass: ClassService {
    typealias Value = Corpus_Class_Self_Type

    func `class`(_ request: Value, context: Micro.RequestContext) async throws -> Value { request }
    // swift-format-ignore: AlwaysUseLowerCamelCase, NoLeadingUnderscores
    func _2x(_ request: Value, context: Micro.RequestContext) async throws -> Value {
        .with { $0.self_p = request.self_p + request.self_p }
    }
    // swift-format-ignore: AlwaysUseLowerCamelCase, NoLeadingUnderscores
    func __(_ request: Value, context: Micro.RequestContext) async throws -> Value { .init() }
}

struct EmptyMessages: WellKnownService {
    typealias Empty = Google_Protobuf_Empty
    typealias Context = Micro.RequestContext

    func ping(_ request: Empty, context: Context) async throws -> Empty { request }
    func tick(_ stream: Micro.MessageStream<Empty, Empty>, context: Context) async throws {
        for try await tick in stream { try await stream.send(tick) }
    }
    func collect(_ requests: Micro.MessageReader<Empty>, context: Context) async throws -> Google_Protobuf_Int32Value {
        try await requests.reduce(into: Google_Protobuf_Int32Value()) { count, _ in count.value += 1 }
    }
    func `repeat`(
        _ request: Google_Protobuf_Int32Value, responses: Micro.MessageWriter<Empty>, context: Context
    ) async throws {
        for _ in 0..<request.value { try await responses.send(Empty()) }
    }
    func now(_ request: Google_Protobuf_StringValue, context: Context) async throws -> Google_Protobuf_Timestamp {
        .init()
    }
    func update(_ request: Corpus_Wellknown_Change, context: Context) async throws -> Google_Protobuf_Struct { .init() }
}

struct Collisions: CollisionsService {
    typealias Context = Micro.RequestContext

    func client(_ request: ProtobufCorpus.Client, context: Context) async throws -> ProtobufCorpus.Microservice {
        .with { $0.serviceName = request.microClient }
    }
    func service(
        _ request: ProtobufCorpus.RequestContext, context: Context
    ) async throws -> ProtobufCorpus.CallOptions { .init() }
    func microClient(
        _ requests: Micro.MessageReader<ProtobufCorpus.MessageStream>, context: Context
    ) async throws -> ProtobufCorpus.MessageReader { .init() }
    func serviceName(
        _ request: ProtobufCorpus.MessageWriter, responses: Micro.MessageWriter<ProtobufCorpus.EndpointDescriptor>,
        context: Context
    ) async throws {}
    func request(
        _ stream: Micro.MessageStream<ProtobufCorpus.Codec, ProtobufCorpus.ValueShape>, context: Context
    ) async throws {}
    func options(_ request: StringMessage, context: Context) async throws -> BoolMessage { .init() }
    func context(_ request: SendableMessage, context: Context) async throws -> ProtobufCorpus.Task { .init() }
    func implementation(
        _ request: SwiftMessage, context: Context
    ) async throws -> ProtobufCorpus.ProtobufCodec { .init() }
    func mayBlock(
        _ request: ProtobufCorpus.MicroError, context: Context
    ) async throws -> ProtobufCorpus.Endpoint { .init() }
    func handle(_ request: ProtobufCorpus.Client, context: Context) async throws -> ProtobufCorpus.Client { request }
    func register(_ request: ProtobufCorpus.Client, context: Context) async throws -> ProtobufCorpus.Client { request }
}

struct Nested: NestedService {
    func find(
        _ request: Corpus_Nested_V1_Outer.Query, context: Micro.RequestContext
    ) async throws -> Corpus_Nested_V1_Outer.Inner.Result {
        .with { $0.inner.name = request.text }
    }
    func list(
        _ request: Corpus_Shared_Page, responses: Micro.MessageWriter<Corpus_Shared_Page>, context: Micro.RequestContext
    ) async throws {}
}

struct Archive: ArchiveService {
    func search(_ request: OldSearch, context: Micro.RequestContext) async throws -> OldSearch { request }
}

struct Accounts: UserAccountsService {
    func getUser(_ request: Corpus_Two_User, context: Micro.RequestContext) async throws -> Corpus_Two_User { request }
    func getURL(_ request: Corpus_Two_User, context: Micro.RequestContext) async throws -> Corpus_Two_User { request }
    func httpStatus(
        _ request: Corpus_Two_User, context: Micro.RequestContext
    ) async throws -> Corpus_Two_User { request }
}

struct StoreA: Corpus_A_StoreService {
    func put(_ request: Corpus_A_Item, context: Micro.RequestContext) async throws -> Corpus_A_Item { request }
}

struct StoreB: Corpus_B_StoreService {
    func put(_ request: Corpus_A_Item, context: Micro.RequestContext) async throws -> Corpus_B_Item { .init() }
}

struct SwiftAccount: AccountService {
    func open(_ request: Corpus_Two_User, context: Micro.RequestContext) async throws -> Corpus_Two_User { request }
}

struct Audits: OptionsService {
    typealias Audit = Corpus_Options_Audit

    func get(_ request: Audit, context: Micro.RequestContext) async throws -> Audit { request }
    func long(_ request: Audit, context: Micro.RequestContext) async throws -> Audit { .init() }
}

struct Things: ServerOnlyService {
    func get(_ request: Corpus_Serveronly_Thing, context: Micro.RequestContext) async throws -> Corpus_Serveronly_Thing
    { request }
}

struct Editions: EditionsService {
    func get(
        _ request: Corpus_Editions_Document, context: Micro.RequestContext
    ) async throws -> Corpus_Editions_Document { request }
}
