// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Foundation
public import Logging
public import MicroCore

/// A registry in a folder that the processes of one machine share, with a file for each node.
///
/// The folder has to be there: a missing one is an outage, not an empty registry. Times to live go by the machine's
/// clock. IDs of nodes that differ only in case need a file system that tells them apart.
public final class FileRegistry: Registry {
    private let folder: URL
    private let files: NodeFileStore
    private let hub: RegistryWatchHub

    /// Creates a client. Nothing is read or written until it is used.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`: the namespace is not `[A-Za-z0-9_-]{0,63}`.
    public init(folder: URL, namespace: String = "", logger: Logger = .current) throws {
        try NameRules.check(namespace: namespace)
        let files = NodeFileStore(folder: folder, namespace: namespace, logger: logger)
        self.folder = folder
        self.files = files
        hub = RegistryWatchHub { name, publish in await Self.follow(name, in: files, publish) }
    }

    /// `file`
    public var name: String { "file" }

    /// A read sees every write before it, and whoever may write the folder may remove a node.
    public var capabilities: RegistryCapabilities { [.readYourWrites, .foreignDeregistration, .linearizableReads] }

    /// Such as `the files in /run/services`.
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
        try await files.remove(service.nodes.map(\.id))
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

    /// Publishes the states of a service, or of all (nil), until the task is cancelled. What is no change is dropped by
    /// the watches.
    private static func follow(_ name: String?, in files: NodeFileStore, _ publish: (RegistryState) -> Void) async {
        var state: RegistryState?
        while !Task.isCancelled {
            let next: RegistryState
            do { next = RegistryState(try await files.records(of: name)) } catch let error as MicroError {
                // What was read stays, as stale. Before the first read nothing is known, which is not empty.
                next = state?.failing(with: error) ?? RegistryState(freshness: .unknown(cause: error))
            } catch { return }
            publish(next)
            state = next
            try? await Task.sleep(for: .milliseconds(50))
        }
    }
}
