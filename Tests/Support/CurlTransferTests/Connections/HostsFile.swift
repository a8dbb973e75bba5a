// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

#if os(Linux)
import CurlTransfer
import Foundation
import Glibc
import Synchronization

/// A hosts file that only one thread and its child threads see: tasks that prefer it as their executor, and the threads
/// that they start. It needs the privilege to mount.
final class HostsFile: TaskExecutor {
    private let file: URL
    private let jobs = Mutex<[UnownedJob]>([])
    private let wakeup = DispatchSemaphore(value: 0)
    private let isStopped = Atomic(false)
    private let isMounted = Atomic(false)

    /// Whether the process may mount; checked once, on a separate thread.
    static let isAvailable: Bool = {
        guard let hosts = try? HostsFile("127.0.0.1 localhost\n") else { return false }
        hosts.stop()
        return true
    }()

    struct NotPermitted: Error {}

    /// Starts the thread with its own hosts file.
    init(_ text: String) throws {
        file = FileManager.default.temporaryDirectory.appendingPathComponent("hosts-\(UUID().uuidString)")
        try Data(text.utf8).write(to: file)
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread { [self] in
            let isReady = Self.mount(file.path)
            isMounted.store(isReady, ordering: .releasing)
            done.signal()
            if isReady { run() }
        }
        done.wait()
        guard isMounted.load(ordering: .acquiring) else {
            try? FileManager.default.removeItem(at: file)
            throw NotPermitted()
        }
    }

    /// Replaces the text in place, because the mount refers to the existing file.
    func replace(with text: String) throws {
        let handle = try FileHandle(forWritingTo: file)
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    func stop() {
        isStopped.store(true, ordering: .releasing)
        wakeup.signal()
        try? FileManager.default.removeItem(at: file)
    }

    func enqueue(_ job: UnownedJob) {
        jobs.withLock { $0.append(job) }
        wakeup.signal()
    }

    private func run() {
        while true {
            wakeup.wait()
            let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            if let job {
                job.runSynchronously(on: asUnownedTaskExecutor())
            } else if isStopped.load(ordering: .acquiring) {
                return
            }
        }
    }

    /// Gives the calling thread a mount namespace (unshare(2)) and mounts the file over `/etc/hosts`.
    private static func mount(_ path: String) -> Bool {
        typealias Unshare = @convention(c) (CInt) -> CInt
        typealias Mount =
            @convention(c) (
                UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?, CUnsignedLong, UnsafeRawPointer?
            ) -> CInt
        guard let unshareSymbol = dlsym(nil, "unshare"), let mountSymbol = dlsym(nil, "mount") else { return false }
        let unshare = unsafeBitCast(unshareSymbol, to: Unshare.self)
        let mount = unsafeBitCast(mountSymbol, to: Mount.self)
        // CLONE_NEWNS | CLONE_FS; MS_REC | MS_PRIVATE; MS_BIND.
        return unshare(0x0002_0000 | 0x0000_0200) == 0 && mount("none", "/", nil, 0x4000 | 0x40000, nil) == 0
            && mount(path, "/etc/hosts", nil, 0x1000, nil) == 0
    }
}
#endif
