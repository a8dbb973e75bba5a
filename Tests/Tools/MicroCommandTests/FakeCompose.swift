// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport

/// A folder with fake `docker` programs. They log their arguments, and apply them to a server process instead of a container.
final class FakeCompose: Sendable {
    /// The folder to put on the `PATH`.
    let folder: URL
    /// An empty compose file.
    var file: String { folder.appendingPathComponent("compose.yml").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("compose-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: file))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Adds a program: a shell script that first logs its arguments.
    ///
    /// A child process creates the executable. A process that another test starts at the same time would inherit a
    /// descriptor that is open for writing, and the execution would fail with `ETXTBSY`.
    func add(_ program: String, _ script: String) async throws {
        let url = folder.appendingPathComponent(program)
        let source = folder.appendingPathComponent("\(program).sh")
        let text = "#!/bin/bash\nhere='\(folder.path)'\necho \"\(program) $*\" >> \"$here/log\"\n\(script)\n"
        try Data(text.utf8).write(to: source)
        let copy = try ChildProcess("/bin/sh", ["-c", "cp '\(source.path)' '\(url.path)' && chmod 755 '\(url.path)'"])
        guard await copy.exitStatus() == 0 else { throw TestServerError(description: copy.text) }
    }

    /// Adds a `docker` with one service: a shell command that runs a server with its data in `$here/data`.
    func addDocker(serving server: String) async throws {
        try await add(
            "docker",
            """
            id=$(cat "$here/pid" 2>/dev/null)
            runs() { [ -n "$id" ] && [ -d "/proc/$id" ] && ! grep -q '^State:.Z' "/proc/$id/status"; }
            finish() { runs || return 0; kill "-$1" "$id"; while runs; do sleep 0.02; done; }
            # Foundation regards a program as running while another process holds an inherited descriptor.
            closing() { for fd in $(ls /proc/self/fd); do [ "$fd" -le 2 ] || eval "exec $fd>&-"; done; }
            launch() {
                runs && return 0
                (closing; \(server)) > "$here/server.log" 2>&1 < /dev/null &
                echo $! > "$here/pid"
            }
            case "$2 $4" in
            "version ") ;;
            "-f ps") echo c0ffee ;;
            "-f stop") finish TERM ;;
            "-f kill") finish KILL ;;
            "-f start" | "-f up") launch ;;
            "-f pause") kill -STOP "$id" ;;
            "-f unpause")
                grep -q '^State:.T' "/proc/$id/status" || { echo "Container c0ffee is not paused" >&2; exit 1; }
                kill -CONT "$id" ;;
            "-f rm") finish KILL; rm -rf "$here/data" ;;
            *) echo "unknown command" >&2; exit 1 ;;
            esac
            """)
    }

    /// The commands since the last call, with `FILE` for the path of the compose file.
    func takeCommands() throws -> [String] {
        let log = folder.appendingPathComponent("log")
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        try? FileManager.default.removeItem(at: log)
        return text.replacingOccurrences(of: file, with: "FILE").split(separator: "\n").map(String.init)
    }

    /// The process ID that a program has written to the file `pid`.
    var processID: Int32? {
        let text = try? String(contentsOf: folder.appendingPathComponent("pid"), encoding: .utf8)
        return text.flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// Runs the server during a closure, and kills it afterwards.
    func whileServing(_ body: () async throws -> Void) async throws {
        let child = try ChildProcess(folder.appendingPathComponent("docker").path, ["compose", "-f", file, "up"])
        _ = await child.exitStatus()
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        if let processID { kill(processID, SIGKILL) }
        try result.get()
    }
}
