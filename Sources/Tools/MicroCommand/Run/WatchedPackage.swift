// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A package that `micro run` builds.
struct WatchedPackage: Sendable {
    private struct Manifest: Decodable {
        struct Target: Decodable {
            let name: String
            let type: String
        }

        let targets: [Target]
    }

    /// The folder of the package.
    let folder: String
    /// The only program to start; nil for all.
    private let program: String?

    /// Reads `FOLDER` or `FOLDER:PROGRAM`.
    ///
    /// - Throws: ``CommandError`` if there is no package.
    init(argument: String) throws {
        let parts = argument.split(separator: ":", maxSplits: 1).map(String.init)
        folder = parts.first ?? "."
        program = parts.count > 1 ? parts[1] : nil
        guard FileManager.default.fileExists(atPath: "\(folder)/Package.swift") else {
            throw CommandError("\(folder) has no Package.swift: give the folder of a package", status: .usage)
        }
    }

    /// Builds the package and finds its programs.
    ///
    /// - Throws: ``CommandError`` if the build fails, or there is no program.
    func build(_ environment: [String: String], _ format: OutputFormat) async throws -> [WatchedProgram] {
        try await compile()
        let output = try await swift(["package", "--package-path", folder, "dump-package"], isShown: false)
        guard let manifest = try? JSONDecoder().decode(Manifest.self, from: Data(output.utf8)) else {
            throw CommandError("swift package dump-package of \(folder) did not print a manifest")
        }
        let names = manifest.targets.filter { $0.type == "executable" && (program == nil || $0.name == program) }
            .map(\.name)
        guard !names.isEmpty else {
            throw CommandError("\(folder) has no program\(program.map { " \($0)" } ?? "")", status: .notFound)
        }
        let binaries = try await swift(["build", "--package-path", folder, "--show-bin-path"], isShown: false)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        return names.map {
            WatchedProgram(
                name: $0, path: "\(binaries)/\($0)", package: self, environment: environment, format: format)
        }
    }

    /// Builds the package. The output of a failed build is shown.
    func compile() async throws { _ = try await swift(["build", "--package-path", folder], isShown: true) }

    /// The newest modification of a source file, and the number of files.
    var sourceVersion: [TimeInterval] {
        var (newest, count) = (Self.modification("\(folder)/Package.swift"), 1.0)
        let files = FileManager.default.enumerator(atPath: "\(folder)/Sources")
        while let file = files?.nextObject() as? String {
            newest = max(newest, Self.modification("\(folder)/Sources/\(file)"))
            count += 1
        }
        return [newest, count]
    }

    private static func modification(_ path: String) -> TimeInterval {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    }

    /// Runs the Swift toolchain. Cancelling the task ends it.
    private func swift(_ arguments: [String], isShown: Bool) async throws -> String {
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("micro-run-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: output) }
        guard FileManager.default.createFile(atPath: output.path, contents: nil),
            let file = FileHandle(forWritingAtPath: output.path)
        else { throw CommandError("cannot write \(output.path)") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["swift"] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = file
        process.standardError = isShown ? file : FileHandle.nullDevice
        do { try OwnedProcesses.start(process) } catch let error as CancellationError { throw error } catch {
            throw CommandError("cannot run swift: \(error.localizedDescription)")
        }
        while process.isRunning {
            do { try await Task.sleep(for: .milliseconds(50)) } catch {
                process.terminate()
                throw CancellationError()
            }
        }
        let text = String(decoding: FileManager.default.contents(atPath: output.path) ?? Data(), as: UTF8.self)
        guard process.terminationStatus == 0 else {
            if isShown { for line in text.split(separator: "\n") { Console.standard.message(String(line)) } }
            throw CommandError("swift \(arguments.joined(separator: " ")) failed")
        }
        return text
    }
}
