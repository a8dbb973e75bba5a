// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `micro doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Checks the settings, the registry, the broker and the transport.",
        discussion: """
            With --proxy-address, it checks the sidecar instead. Exit status: 0 if no check has failed, 2 for a wrong setting, 4 for a \
            server that fails its check.
            """)

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func run() async throws {
        let checks = try await Diagnosis(settings: settings.resolved()).run()
        if output.isJSON { try Console.standard.json(checks) } else { try Diagnosis.write(checks, to: .standard) }
        let failed = checks.filter { $0.status == .failed }
        guard failed.isEmpty else {
            throw ExitCode((failed.contains(where: \.isWrongSetting) ? ExitStatus.usage : .unavailable).rawValue)
        }
    }
}
