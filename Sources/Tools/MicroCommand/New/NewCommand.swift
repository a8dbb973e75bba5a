// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MicroCore

/// `micro new`
struct NewCommand: AsyncParsableCommand {
    private struct Outcome: Encodable {
        let name: String
        let files: [String]
    }

    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Creates a package with a service, its tests and files for containers and CI.",
        discussion: """
            service  handles calls
            events   handles and publishes events
            api      handles calls for callers outside, and calls another service
            web      renders a page of HTML, which micro api serves to browsers

            With --package URL, the package has a Dockerfile, a compose file and a workflow for CI. A folder on this machine exists \
            neither in an image nor in CI, so that these files are omitted for a package at a path.
            """)

    @Argument(help: "The name of the service, which is also the name of the folder.")
    var name: String

    @Option(help: "The type: service, api, web or events.")
    var type = ServiceTemplate.Kind.service

    @Option(
        help: ArgumentHelp(
            "The package of swift-micro: a folder, or the URL of a repository (default: ../swift-micro).",
            valueName: "path|url"))
    var package = "../swift-micro"

    @Option(help: "The registry in the compose file: consul or etcd.")
    var composeRegistry = "consul"

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func validate() throws {
        guard NameRules.isName(name), !name.contains(":"), name.first?.isLetter == true else {
            throw ValidationError(
                "\(name) is not a name for a service: begin with a letter, and use ASCII letters, digits, . - and _.")
        }
        guard name.lowercased() != "swift-micro" else {
            throw ValidationError(
                "\(name) is the name of the package that the new one depends on: choose another name.")
        }
    }

    func run() async throws {
        let registry = try Self.choice(settings.registry ?? composeRegistry, of: ComposeServer.registries, "registry")
        let broker = try Self.choice(settings.broker ?? "http", of: ["http"] + ComposeServer.brokers, "broker")
        guard !FileManager.default.fileExists(atPath: name) else {
            throw CommandError("\(name) exists already: choose another name, or remove it")
        }
        let template = ServiceTemplate(name: name, kind: type, package: package, registry: registry, broker: broker)
        for (path, text) in template.files { try Self.write(text, to: "\(name)/\(path)") }
        let files = template.files.map { "\(name)/\($0.path)" }.sorted()
        if output.isJSON {
            try Console.standard.json(Outcome(name: name, files: files))
        } else {
            for file in files { try Console.standard.line(StyledText(file)) }
        }
        if !template.hasContainerFiles {
            Console.standard.message(
                "Note: no Dockerfile, compose file and workflow, which need swift-micro at a URL: --package URL adds them."
            )
        }
        Console.standard.message("Next: cd \(name) && swift test && swift run")
    }

    private static func choice(_ value: String, of values: [String], _ kind: String) throws -> String {
        guard values.contains(value) else {
            let choices = "\(values.dropLast().joined(separator: ", ")) or \(values.last ?? "")"
            throw CommandError("there is no compose file for the \(kind) \(value): choose \(choices)", status: .usage)
        }
        return value
    }

    private static func write(_ text: String, to path: String) throws {
        let url = URL(fileURLWithPath: path)
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        } catch { throw CommandError("cannot write \(path): \(error.localizedDescription)") }
    }
}
