using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MirroredInfluence.Storage;

/// <summary>
/// Content of remote objects as local files that never change, for all processes of a machine: at most so many bytes, the least recently used go first.
/// An entry's name holds the digest of its content, which is compared whenever it is taken; a damaged entry is as good as none. An entry that is removed
/// while it is mapped lives on until it is unmapped.
/// </summary>
/// <param name="folder">As <see cref="CacheFolder.Resolve"/> gives it; null keeps nothing on the disk beyond this process.</param>
/// <param name="bytesMax">May be passed for a moment, by 1/64 a process that adds.</param>
/// <param name="time">Tells when an entry was used.</param>
public sealed class ObjectCache(string? folder, long bytesMax, TimeProvider time)
{
    private const double KeptShare = 0.9;          // of the bytes, when some have to go
    private const int AddedShare = 64;             // what others add is looked up after so small a part of the bytes
    private const int DigestCharacters = 64;
    private static readonly TimeSpan LockTimeMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LockPollTime = TimeSpan.FromMilliseconds(20);

    private readonly AtomicFile _files = new();
    private readonly Lazy<string> _folder = new(() => Path.Combine(folder ?? CreateOwnFolder(), "objects"));
    private readonly Lock _trimming = new();
    private long _comingBytes;                     // of entries that are being written
    private long? _addedBytes;                     // since this process looked at all entries

    /// <summary>Entries outlive this process, on a disk that was named for them.</summary>
    public bool IsKept => folder is not null;

    public static ObjectCache Of(ComputeSpec compute, TimeProvider time) =>
        new(CacheFolder.Resolve(compute.Cache), (long)(compute.CacheGigabytes * 1e9), time);

    /// <summary>Name of what an address holds in one version, or of a part of it.</summary>
    internal static string NameOf(string uri, ObjectVersion version, string part) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{uri}\n{version.Tag}\n{version.Length}\n{part}")));

    /// <summary>The entry's path, its content as it was written and its turn to go put off; null when there is none.</summary>
    internal string? TryFind(string name)
    {
        try
        {
            foreach (var path in Directory.EnumerateFiles(FolderOf(name), $"{name}-*"))
            {
                if (DigestOf(path) == Path.GetFileName(path)[(name.Length + 1)..])
                {
                    Touch(path);
                    StorageTelemetry.CacheAsked("objects", isHit: true);
                    return path;
                }

                File.Delete(path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not there, or removed by another process this moment.
        }

        return null;
    }

    /// <summary>One process at a time brings an entry, the others wait and find it; but none waits for ever.</summary>
    internal async Task<IDisposable?> LockAsync(string name, CancellationToken cancellationToken)
    {
        var path = Path.Combine(FolderOf(name), ".lock");
        for (var start = time.GetTimestamp(); time.GetElapsedTime(start) < LockTimeMax;)
        {
            try
            {
                Directory.CreateDirectory(FolderOf(name));
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(LockPollTime, time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return null;   // writing will say what is wrong with the folder
            }
        }

        return null;
    }

    /// <returns>The entry's path.</returns>
    /// <exception cref="MirroredException">Unavailable: the disk is full or the folder cannot be written.</exception>
    internal string Add(string name, long length, Action<Stream> write)
    {
        StorageTelemetry.CacheAsked("objects", isHit: false);
        return OnDisk(() =>
        {
            MakeRoom(length);
            try
            {
                using var digest = SHA256.Create();
                var path = _files.Replace(Path.Combine(FolderOf(name), name), file => Write(file, digest), path => $"{path}-{Convert.ToHexStringLower(digest.Hash!)}");
                Touch(path);
                return path;
            }
            finally
            {
                lock (_trimming)
                    _comingBytes -= length;
            }
        });

        void Write(Stream file, SHA256 digest)
        {
            using var hashing = new CryptoStream(file, digest, CryptoStreamMode.Write, leaveOpen: true);
            write(hashing);
        }
    }

    /// <summary>What is written, in an open file that has no name any more: it ends with its handle, or with the process.</summary>
    /// <exception cref="MirroredException">Unavailable: the disk is full or the folder cannot be written.</exception>
    internal SafeFileHandle Draft(Action<Stream> write) => OnDisk(() =>
    {
        var path = Path.Combine(_folder.Value, $"draft-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
        _files.Replace(path, write, isDurable: false);
        try
        {
            return File.OpenHandle(path, options: FileOptions.Asynchronous);
        }
        finally
        {
            File.Delete(path);
        }
    });

    /// <summary>What a disk says of one file of ours, which nobody knows by name, is said of the folder.</summary>
    private T OnDisk<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception exception) when (CauseOf(exception) is { } cause)
        {
            throw Unusable(folder, cause);
        }

        static Exception? CauseOf(Exception exception) => exception switch
        {
            IOException or UnauthorizedAccessException => exception,
            MirroredException { Kind: FailureKind.Unavailable, InnerException: IOException or UnauthorizedAccessException } => exception.InnerException,
            _ => null,
        };
    }

    private static MirroredException Unusable(string? folder, Exception cause)
    {
        var found = $"takes no copy of a remote object: {cause.Message.TrimEnd('.')}.";
        return Failure.Unavailable(
            folder is null
                ? $"TMPDIR: {Path.GetTempPath()} {found} Free some space there, set TMPDIR to another folder, or name one by compute.cache (--compute-cache); then run again: what is finished is kept."
                : $"compute.cache (--compute-cache): {folder} {found} Free some space there, make it writable, or name another folder (by XDG_CACHE_HOME for verbs without that option), "
                    + "or 'none' for one of the process's own under TMPDIR; then run again: what is finished is kept.",
            cause);
    }

    private static string DigestOf(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private void Touch(string path) => File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);

    private string FolderOf(string name) => Path.Combine(_folder.Value, name[..2]);

    private void MakeRoom(long length)
    {
        lock (_trimming)
        {
            _comingBytes += length;
            _addedBytes += length;
            if (_addedBytes <= bytesMax / AddedShare || !Directory.Exists(_folder.Value))
                return;
            _addedBytes = length;
            try
            {
                Trim(bytesMax - _comingBytes);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Another process changed the folder at the same time, or it may not be changed: the next entry looks again.
            }
        }
    }

    private void Trim(long keptBytesMax)
    {
        FileInfo[] entries = [.. new DirectoryInfo(_folder.Value).EnumerateFiles("*", SearchOption.AllDirectories).Where(IsEntry)];
        var bytes = entries.Sum(entry => entry.Length);
        if (bytes <= keptBytesMax)
            return;
        foreach (var entry in entries.OrderBy(entry => entry.LastWriteTimeUtc))
        {
            if (bytes <= keptBytesMax * KeptShare)
                return;
            bytes -= entry.Length;
            entry.Delete();
        }
    }

    private static bool IsEntry(FileInfo file) => file.Name.Length == (2 * DigestCharacters) + 1;

    private static string CreateOwnFolder()
    {
        try
        {
            var folder = Directory.CreateTempSubdirectory("mirrored-").FullName;
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
            return folder;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(folder: null, exception);
        }
    }
}
