// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The check of the sidecar that `--proxy-address` selects, in place of those of registry, broker and transport.
extension Diagnosis {
    func sidecarCheck() async -> Check {
        do {
            guard let client = try settings.makeSidecarClient() else { throw CancellationError() }
            let registry = SidecarRegistry(client: client)
            let start = ContinuousClock.now
            let result: Result<Int, any Error>
            do { result = .success(try await registry.list().count) } catch { result = .failure(error) }
            await client.close()
            let latency = DurationText.latency(seconds: (ContinuousClock.now - start).seconds)
            return Check(
                name: "sidecar", status: .ok,
                finding: "\(client), \(Self.services(try result.get())), answered in \(latency); "
                    + "other backends are not used")
        } catch let error as MicroError {
            return Check(name: "sidecar", status: .failed, finding: error.message, remedy: Self.remedy(for: error))
        } catch {
            return Check(
                name: "sidecar", status: .failed, finding: "\(error)", remedy: "correct the setting",
                isWrongSetting: error is CommandError)
        }
    }

    private static func remedy(for error: MicroError) -> String {
        switch error.code {
        case .unauthenticated, .permissionDenied: "set MICRO_PROXY_TOKEN to a token that the sidecar accepts"
        case .unavailable, .deadlineExceeded:
            "check that the sidecar runs at that address; for HTTPS with an authority of your own, set MICRO_PROXY_CA"
        default: "check that a sidecar with the route /registry runs at that address"
        }
    }
}
