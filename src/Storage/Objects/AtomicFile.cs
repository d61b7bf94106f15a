using System.Runtime.InteropServices;

namespace MirroredInfluence.Storage;

/// <summary>
/// Files that appear whole or not at all: written beside their place, flushed to the disk, then linked (never over another file) or renamed.
/// A killed writer leaves a temporary file whose name starts with '.', which nothing reads.
/// </summary>
internal sealed partial class AtomicFile(Func<string, Stream> createNew)
{
    private const int AlreadyExists = 17, NoSpaceLeft = 28, QuotaExceeded = 122;   // errno on Linux
    private const int TemporaryNamesMax = 1000;

    public AtomicFile()
        : this(path => new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read))
    {
    }

    /// <returns>False when there is a file already.</returns>
    /// <exception cref="MirroredException">Unavailable: the disk is full or the folder cannot be written.</exception>
    public bool CreateIfAbsent(string path, Action<Stream> write) => !File.Exists(path) && Write(path, write, replaced: null, isDurable: true) is not null;

    /// <param name="isDurable">False does not wait for the disk: after a power failure the file may be empty.</param>
    /// <exception cref="MirroredException">Unavailable: the disk is full or the folder cannot be written.</exception>
    public void Replace(string path, Action<Stream> write, bool isDurable = true) => Write(path, write, name => name, isDurable);

    /// <summary>The same, not durable, under a name that is known when all is written.</summary>
    /// <returns>The file's path.</returns>
    /// <exception cref="MirroredException">Unavailable: the disk is full or the folder cannot be written.</exception>
    public string Replace(string path, Action<Stream> write, Func<string, string> finalPath) => Write(path, write, finalPath, isDurable: false)!;

    /// <param name="replaced">Path → what to replace, in the same folder; null replaces nothing.</param>
    /// <returns>Where the file is, or null when there was one.</returns>
    private string? Write(string path, Action<Stream> write, Func<string, string>? replaced, bool isDurable)
    {
        string? temporary = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            (temporary, var file) = CreateTemporary(path);
            using (file)
            {
                write(file);
                file.Flush();
                if (isDurable)
                    (file as FileStream)?.Flush(flushToDisk: true);
            }

            if (replaced is null)
                return TryLink(temporary, path) ? path : null;

            var finalPath = replaced(path);
            File.Move(temporary, finalPath, overwrite: true);
            temporary = null;   // its name may be another writer's by now
            return finalPath;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var writtenBytes = temporary is null ? 0 : new FileInfo(temporary).Length;
            var advice = exception.HResult is NoSpaceLeft or QuotaExceeded ? "Free some space" : "Check the folder";
            throw Failure.Unavailable(
                $"{path}: writing stopped after {writtenBytes:N0} bytes: {exception.Message.TrimEnd('.')}. {advice}, then run again: what is finished is kept.",
                exception);
        }
        finally
        {
            if (temporary is not null)
                File.Delete(temporary);
        }
    }

    private (string Path, Stream File) CreateTemporary(string path)
    {
        for (var i = 0; ; i++)
        {
            var temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{i}.tmp");
            try
            {
                return (temporary, createNew(temporary));
            }
            catch (IOException exception) when (exception.HResult == AlreadyExists && i < TemporaryNamesMax)
            {
                // Another writer's, or left by one that was killed.
            }
        }
    }

    /// <summary>link(2), since File.Move first looks and then renames, so that the later of two writers would replace the file of the first.</summary>
    private static bool TryLink(string temporary, string path)
    {
        if (Link(temporary, path) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == AlreadyExists ? false : throw new IOException($"Could not be linked: {Marshal.GetPInvokeErrorMessage(error)}.", error);
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string created);
}
