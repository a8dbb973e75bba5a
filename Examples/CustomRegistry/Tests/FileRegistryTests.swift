// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import FileRegistry
import Foundation
import MicroConformance
import MicroConformanceTesting
import MicroCore
import Testing

@Suite(.timeLimit(.minutes(3))) struct FileRegistryTests {
    @Test(.conformanceReport, .serialized, arguments: RegistryCase.all)
    func conformance(_ each: RegistryCase) async throws {
        let folder = try MovableFolder()
        defer { folder.remove() }
        await each.verify(against: FileRegistryHarness(folder: folder))
    }
}

/// Describes the registry to the conformance suite and creates its clients.
struct FileRegistryHarness: RegistryHarness {
    let subject = TestSubject(adapter: "FileRegistry", adapterVersion: "1.0", backend: "files", backendVersion: "-")
    let bounds = RegistryBounds(
        expiry: .init(timeToLive: .seconds(2), slack: .seconds(1)),
        timeouts: .init(recovery: .seconds(5), observationWindow: .milliseconds(200)), load: .init(services: 10))
    let folder: MovableFolder
    var control: (any BackendControl)? { folder }

    func makeClient(_ options: RegistryClientOptions) async throws -> any Registry {
        try FileRegistry(folder: folder.url, namespace: options.namespace)
    }
}

/// A folder for tests. An outage is simulated by moving it, because root ignores permissions.
struct MovableFolder: BackendControl {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("FileRegistry-\(UUID().uuidString)")
    let actions: Set<BackendAction> = [.stop, .kill, .start, .wipe]
    private var movedURL: URL { url.appendingPathExtension("away") }

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    func perform(_ action: BackendAction) async throws {
        let files = FileManager.default
        switch action {
        case .stop, .kill: try files.moveItem(at: url, to: movedURL)
        // The folder may exist: the suite also starts a running backend after each case that stops it.
        case .start: if files.fileExists(atPath: movedURL.path) { try files.moveItem(at: movedURL, to: url) }
        case .wipe:
            try files.moveItem(at: url, to: movedURL)
            try files.createDirectory(at: url, withIntermediateDirectories: true)
            try files.removeItem(at: movedURL)
        // A folder cannot be suspended, and has no history, leases or clients.
        default: throw MicroError(.unsupported, "the action \(action) is not supported for a folder")
        }
    }

    func remove() { for url in [url, movedURL] { try? FileManager.default.removeItem(at: url) } }
}
