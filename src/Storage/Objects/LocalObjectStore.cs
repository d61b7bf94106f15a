using System.Globalization;
using System.IO.Enumeration;
using System.Runtime.CompilerServices;

namespace MirroredInfluence.Storage;

/// <summary>Objects as files of a folder, which is made when something is put. Completes synchronously: disk work is not dressed as waiting.</summary>
public sealed class LocalObjectStore : IObjectStore
{
    private readonly string _folder;
    private readonly AtomicFile _files;

    public LocalObjectStore(string folder)
        : this(folder, new AtomicFile())
    {
    }

    internal LocalObjectStore(string folder, AtomicFile files)
    {
        _folder = Path.GetFullPath(folder);
        _files = files;
    }

    public string UriOf(string key) => PathOf(key);

    public Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return Task.FromResult<byte[]?>(File.ReadAllBytes(PathOf(key)));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<byte[]?>(null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure.Unavailable($"{PathOf(key)}: could not be read: {exception.Message}", exception);
        }
    }

    public Task<string?> GetFileAsync(string key, CancellationToken cancellationToken) =>
        Task.FromResult(File.Exists(PathOf(key)) ? PathOf(key) : null);

    public Task<ObjectVersion?> TryGetVersionAsync(string key, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(key));
        return Task.FromResult<ObjectVersion?>(file.Exists ? VersionOf(file.Length, file.LastWriteTimeUtc) : null);
    }

    public Task ReadAsync(string key, ObjectVersion version, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectRange.ThrowIfOutside(version, offset, destination.Length);
        try
        {
            using var file = File.OpenHandle(PathOf(key));
            if (VersionOf(RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file)) != version)
                throw ObjectRange.Changed(PathOf(key));
            for (var filled = 0; filled < destination.Length;)
            {
                var read = RandomAccess.Read(file, destination.Span[filled..], offset + filled);
                filled += read > 0 ? read : throw ObjectRange.Changed(PathOf(key));
            }
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw ObjectRange.Changed(PathOf(key));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure.Unavailable($"{PathOf(key)}: could not be read: {exception.Message}", exception);
        }

        return Task.CompletedTask;
    }

    public Task<bool> PutIfAbsentAsync(string key, Action<Stream> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_files.CreateIfAbsent(PathOf(key), write));
    }

    public Task PutAsync(string key, Action<Stream> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _files.Replace(PathOf(key), write);
        return Task.CompletedTask;
    }

    public Task PutTransientAsync(string key, Action<Stream> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _files.Replace(PathOf(key), write, isDurable: false);
        return Task.CompletedTask;
    }

#pragma warning disable CS1998 // An iterator must be async to be an IAsyncEnumerable.
    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
#pragma warning restore CS1998
    {
        var keyStart = prefix.LastIndexOf('/') + 1;
        var folder = Path.Combine(_folder, prefix[..keyStart]).TrimEnd(Path.DirectorySeparatorChar);
        // What has another name makes no string: a folder may hold hundreds of thousands of files.
        using var files = OrUnread(Open);
        if (files is null)
            yield break;

        Func<bool> moveNext = files.MoveNext;
        while (OrUnread(moveNext))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Path.GetRelativePath(_folder, files.Current).Replace(Path.DirectorySeparatorChar, '/');
        }

        IEnumerator<string>? Open()
        {
            var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };
            try
            {
                return new FileSystemEnumerable<string>(folder, (ref file) => file.ToFullPath(), options)
                {
                    ShouldIncludePredicate = (ref file) => !file.IsDirectory && file.FileName[0] != '.' && HasPrefix(ref file),
                    ShouldRecursePredicate = HasPrefix,
                }.GetEnumerator();
            }
            catch (DirectoryNotFoundException) when (!IsBelowAFile(_folder))
            {
                return null;
            }
        }

        T OrUnread<T>(Func<T> look)
        {
            try
            {
                return look();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw Failure.Unavailable($"{folder}: could not be read: {exception.Message}", exception);
            }
        }

        bool HasPrefix(ref FileSystemEntry entry) => entry.Directory.Length > folder.Length || entry.FileName.StartsWith(prefix.AsSpan(keyStart));
    }

    private string PathOf(string key) => Path.Combine(_folder, ObjectKey.Checked(key));

    private static bool IsBelowAFile(string folder)
    {
        var parent = Path.GetDirectoryName(folder);
        return parent is not null && (File.Exists(parent) || IsBelowAFile(parent));
    }

    private static ObjectVersion VersionOf(long length, DateTime changedAt) => new(length, changedAt.Ticks.ToString(CultureInfo.InvariantCulture));
}
