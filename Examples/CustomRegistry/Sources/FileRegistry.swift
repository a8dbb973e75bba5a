// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Foundation
public import Logging
public import MicroCore

/// A registry in a folder that is shared by the processes of a machine, with one file per node.
///
/// The folder must exist: a missing folder is an outage, not an empty registry. Expiry uses the machine's clock. Node
/// IDs that differ only in case need a case-sensitive file system.
public final class FileRegistry: Registry {
    private let folder: URL
    private let files: NodeFileStore
    private let hub: RegistryWatchHub

    /// Creates a client. It accesses no files until it is used.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` if the namespace does not match `[A-Za-z0-9_-]{0,63}`.
    public init(folder: URL, namespace: String = "", logger: Logger = .current) throws {
        try NameRules.check(namespace: namespace)
        let files = NodeFileStore(folder: folder, namespace: namespace, logger: logger)
        self.folder = folder
        self.files = files
        hub = RegistryWatchHub { name, publish in await Self.follow(name, in: files, publish) }
    }

    /// `file`
    public var name: String { "file" }

    /// Reads are linearizable. Any client can deregister a node of another, or move it to another service.
    public var capabilities: RegistryCapabilities {
        [.readYourWrites, .foreignDeregistration, .linearizableReads, .foreignMoves]
    }

    /// A description such as `the files in /run/services`.
    public var description: String { "the files in \(folder.path)" }

    /// See ``MicroCore/Registry/register(_:timeToLive:)``. The shortest time to live is one second.
    @discardableResult
    public func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        try service.validate()
        let timeToLive = try TimeToLive.effective(timeToLive, minimum: .seconds(1))
        return RegisterOutcome(timeToLive: timeToLive, created: try await files.put(service, timeToLive: timeToLive))
    }

    /// See ``MicroCore/Registry/deregister(_:)``.
    public func deregister(_ service: ServiceRecord) async throws {
        try service.validate()
        try await files.remove(service.nodes.map(\.id), of: service.name)
    }

    /// See ``MicroCore/Registry/lookUp(_:)``.
    public func lookUp(_ name: String) async throws -> [ServiceRecord] {
        try NameRules.check(service: name)
        return try await files.records(of: name)
    }

    /// See ``MicroCore/Registry/list()``.
    public func list() async throws -> [String] { Set(try await files.records(of: nil).map(\.name)).sorted() }

    /// See ``MicroCore/Registry/watch(_:)``.
    public func watch(_ name: String?) throws -> RegistryWatch { try hub.watch(name) }

    /// See ``MicroCore/Registry/close()``.
    public func close() async {
        await hub.close()
        await files.close()
    }

    /// Publishes the states of a service, or of all services if `name` is nil, until the task is cancelled. Watches drop a
    /// state that equals the previous one.
    private static func follow(_ name: String?, in files: NodeFileStore, _ publish: (RegistryState) -> Void) async {
        var state: RegistryState?
        while !Task.isCancelled {
            let next: RegistryState
            do { next = RegistryState(try await files.records(of: name)) } catch let error as MicroError {
                // Keep the last state, marked as stale. Before the first read, report unknown, which differs from empty.
                next = state?.failing(with: error) ?? RegistryState(freshness: .unknown(cause: error))
            } catch { return }
            publish(next)
            state = next
            try? await Task.sleep(for: .milliseconds(50))
        }
    }
}
