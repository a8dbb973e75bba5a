// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Configuration
import Foundation
import MicroConformance
import MicroHarnesses

/// `micro conformance registry`
struct ConformanceRegistry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry", abstract: "Puts a registry adapter to the cases of the registry contract.",
        discussion: """
            The exit status is 0 if every case that the adapter claims passed, and 1 if not. Each case works in \
            namespaces of its own (that about go-micro, which has none, under names of its own) and cleans up after \
            itself: the backend may be in use.

            A token, a user and certificates come from the environment, as with a service: CONSUL_HTTP_TOKEN, \
            CONSUL_CACERT, CONSUL_CLIENT_CERT, CONSUL_CLIENT_KEY; ETCDCTL_USER, ETCDCTL_CACERT, ETCDCTL_CERT, ETCDCTL_KEY.

            With --control the cases stop, kill, halt and wipe the backend: everything in it is lost.
            """)

    @Option(help: "The adapter: \(RegistryHarnesses.names.joined(separator: ", ")).")
    var registry: String

    @Option(help: "Where its backend is, HOST:PORT; MICRO_REGISTRY_ADDRESS otherwise, else the adapter's default.")
    var registryAddress: String?

    @Option(
        help: ArgumentHelp(
            "How the server is stopped, killed and paused: compose:FILE, by the service of a compose file that has the "
                + "name of the adapter. The server loses everything.", valueName: "compose:FILE"))
    var control: String?

    @OptionGroup var selection: CaseSelection

    @OptionGroup var rendering: Rendering

    func validate() throws {
        if registry == "memory", registryAddress != nil {
            throw ValidationError("The memory registry has no address: leave out --registry-address.")
        }
        _ = try controlSource()
    }

    func run() async throws {
        let options = try selection.options(of: RegistryCase.all)
        let harness = try await RegistryHarnesses.make(
            registry, address: registryAddress, control: try controlSource(),
            configuration: ConfigReader(provider: EnvironmentVariablesProvider()))
        // Opened before the run: minutes of work must not end at a mistyped path.
        let output = try Output(path: rendering.output)
        let progress = ProgressLine()
        let report = await RegistryRunner(harness, options: options).run { each, number, count in
            progress.show("[\(number)/\(count)] \(each)")
        }
        progress.clear()
        try output.write(rendering.format.text(of: report))
        guard report.isSuccess else { throw ExitCode.failure }
    }

    /// What `--control` means.
    private func controlSource() throws -> ControlSource? {
        guard let control else { return nil }
        guard registry != "memory" else {
            throw ValidationError("The memory registry needs no control: leave out --control.")
        }
        guard let source = ControlSource(parsing: control), case .compose(let file) = source else {
            throw ValidationError("\"\(control)\" is no control: expected compose:FILE.")
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), !isFolder.boolValue else {
            throw ValidationError("There is no compose file \(file): check the path of --control.")
        }
        return source
    }
}
