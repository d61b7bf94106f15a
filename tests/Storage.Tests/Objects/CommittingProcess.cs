using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace MirroredInfluence.Storage.Tests;

/// <summary>
/// This test program, started again as one of several processes that put the same keys: it prints those it put first. The environment tells
/// it so before any test framework runs.
/// </summary>
internal static class CommittingProcess
{
    public const int KeyCount = 200;

    private const string FolderVariable = "MIRRORED_TEST_COMMIT_FOLDER", WriterVariable = "MIRRORED_TEST_COMMIT_WRITER";

    public static Process Start(string folder, int writer)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "MirroredInfluence.Storage.Tests")) { RedirectStandardOutput = true };
        start.Environment[FolderVariable] = folder;
        start.Environment[WriterVariable] = writer.ToString(CultureInfo.InvariantCulture);
        return Process.Start(start)!;
    }

#pragma warning disable CA2255 // The assembly is a program, and this is how it finds out that it is a writer.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void CommitAndExitWhenAsked()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is not { } folder)
            return;
        var writer = byte.Parse(Environment.GetEnvironmentVariable(WriterVariable)!, CultureInfo.InvariantCulture);
        var store = new LocalObjectStore(folder);
        for (var key = 0; key < KeyCount; key++)
        {
            if (store.PutIfAbsentAsync($"parts/{key}", stream => stream.Write(Enumerable.Repeat(writer, 5000).ToArray()), CancellationToken.None).GetAwaiter().GetResult())
                Console.WriteLine($"parts/{key}");
        }

        Environment.Exit(0);
    }
}
