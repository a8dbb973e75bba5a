// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The file with the contexts: `micro/contexts.json` in the user's configuration folder, readable by its owner only.
struct ContextStore: Sendable {
    /// The content of the file.
    struct Contexts: Codable, Equatable {
        /// The context in use.
        var current: String?
        /// The settings of each context, by environment variable.
        var contexts: [String: [String: String]] = [:]
    }

    let file: URL

    /// The store of the user: in `XDG_CONFIG_HOME`, or in `~/.config`.
    static var standard: ContextStore { ContextStore(file: UserFolder.configuration("contexts.json")) }

    /// Reads the contexts; empty if there is no file.
    ///
    /// - Throws: ``CommandError``.
    func read() throws -> Contexts {
        guard FileManager.default.fileExists(atPath: file.path) else { return Contexts() }
        guard let data = FileManager.default.contents(atPath: file.path) else {
            throw CommandError("cannot read the contexts in \(file.path): check its permissions")
        }
        do { return try JSONDecoder().decode(Contexts.self, from: data) } catch {
            throw CommandError("the contexts in \(file.path) are not valid JSON: correct or remove the file")
        }
    }

    /// Replaces the contexts. A reader sees the old file or the new one, never a part.
    ///
    /// - Throws: ``CommandError``.
    func write(_ contexts: Contexts) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let temporary = file.path + ".\(ProcessInfo.processInfo.processIdentifier)"
        do {
            let data = try encoder.encode(contexts)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Self.create(temporary, data)
        } catch {
            throw CommandError("cannot write \(file.path): \(error.localizedDescription)")
        }
        guard rename(temporary, file.path) == 0 else {
            throw CommandError("cannot replace \(file.path): \(String(cString: strerror(errno)))")
        }
    }

    /// Creates a file that only its owner can read, before it has any content.
    private static func create(_ path: String, _ data: Data) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw POSIXError(POSIXError.Code(rawValue: errno) ?? .EIO) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: data)
        try handle.close()
    }

    /// The error for a name that no context has.
    static func unknown(_ name: String, _ contexts: Contexts) -> CommandError {
        let known = contexts.contexts.keys.sorted().joined(separator: ", ")
        let advice = known.isEmpty ? "add it with micro context add \(name)" : "choose one of \(known)"
        return CommandError("there is no context \(name): \(advice)", status: .notFound)
    }
}

/// The folders of the user.
enum UserFolder {
    /// A file in the folder for configuration.
    static func configuration(_ name: String) -> URL { file(name, variable: "XDG_CONFIG_HOME", fallback: ".config") }

    /// A file in the folder for state, such as a history.
    static func state(_ name: String) -> URL { file(name, variable: "XDG_STATE_HOME", fallback: ".local/state") }

    private static func file(_ name: String, variable: String, fallback: String) -> URL {
        let environment = ProcessInfo.processInfo.environment
        let folder =
            if let path = environment[variable], path.hasPrefix("/") { URL(fileURLWithPath: path) } else {
                URL(fileURLWithPath: environment["HOME"] ?? NSHomeDirectory()).appendingPathComponent(fallback)
            }
        return folder.appendingPathComponent("micro").appendingPathComponent(name)
    }
}
