using System.Runtime.InteropServices;
using MirroredInfluence.Cli.Tests.Import;

namespace MirroredInfluence.Cli.Tests;

/// <summary>What a person or a script meets: exit codes, one line on the error stream, nothing but text in a pipe.</summary>
public sealed partial class CommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("improt", "mirrored: unknown verb 'improt'; expected one of doctor, import, inspect, plan, tune, run, work, reduce, status, report, verify, submit, watch, runs, cancel; did you mean import? See mirrored --help.")]
    [InlineData("--vebose", "mirrored: unknown flag --vebose; did you mean --verbose? See mirrored --help.")]
    [InlineData("run --ascent-step 3", "mirrored: run: unknown flag --ascent-step; did you mean --ascent-steps? See mirrored run --help.")]
    [InlineData("run --train-shards a.arrow --test-shard b.arrow", "mirrored: run: unknown flag --test-shard; did you mean --test-shards? See mirrored run --help.")]
    [InlineData("import a.npy b.npy --shard 3 --out x", "mirrored: import: unknown flag --shard; did you mean --shards? See mirrored import --help.")]
    [InlineData("run a.json b.json", "mirrored: run: 'b.json' is one argument too many. See mirrored run --help.")]
    [InlineData("run --score-draws {\"count\":4,\"noiseArgument\":\"n\"}", "mirrored: run: found the JSON {\"count\":4,\"noiseArgument\":\"n\"} where a file was expected; write --score-draws-count 4 --score-draws-noise-argument n. See mirrored run --help.")]
    [InlineData("run --score-draws {\"counts\":4} s.json", "mirrored: run: found the JSON {\"counts\":4} where a file was expected; each field is a flag of its own. See mirrored run --help.")]
    [InlineData("run --score-draws {count:4}", "mirrored: run: found the JSON {count:4} where a file was expected. See mirrored run --help.")]
    [InlineData("run", "mirrored: the run lacks --model-uri, --train-shards, --test-shards.")]
    [InlineData("run nowhere.json", "mirrored: nowhere.json: no such spec file. 'mirrored run --help' shows what a run needs.")]
    [InlineData("run --model-uri m --train-shards t --test-shards t --ascent-mode trian", "mirrored: ascent.mode: found \"trian\"; expected one of eval, train, train-owners; did you mean train?")]
    [InlineData("import nowhere.csv --out x", "mirrored: nowhere.csv: no such file.")]
    [InlineData("import nowhere.csv", "mirrored: Option '--out' is required. See mirrored import --help.")]
    [InlineData("import x --out x --format strem", "mirrored: --format: found 'strem'; expected one of file, stream; did you mean stream?")]
    [InlineData("import x --out x --shards 0", "mirrored: --shards: found 0; expected 1 or more.")]
    [InlineData("import . --out x", "mirrored: .: is a folder; name its files (the shell expands ./*.npy).")]
    [InlineData("inspect .", "mirrored: .: is a folder; expected a file, such as one of ./*.arrow.")]
    [InlineData("run .", "mirrored: .: is a folder, no spec file. 'mirrored run --help' shows what a run needs.")]
    [InlineData("run --model-uri m --train-shards t --test-shards t --seed -1", "mirrored: seed: found -1; expected a whole number of 0 or more.")]
    [InlineData("inspect nowhere.pt", "mirrored: nowhere.pt: no such file.")]
    [InlineData("work s.json --out o --worker -1/2", "mirrored: --worker: found '-1/2'; expected I/N with I from 0 to N − 1, such as 0/8 for the first of eight.")]
    [InlineData("work s.json --out o --worker 2/2", "mirrored: --worker: found '2/2'; expected I/N with I from 0 to N − 1, such as 0/8 for the first of eight.")]
    [InlineData("work s.json --out o --worker a/b", "mirrored: --worker: found 'a/b'; expected I/N with I from 0 to N − 1, such as 0/8 for the first of eight.")]
    [InlineData("submit --model-uri m --train-shards t --test-shards t --out o --cluster c:1 --priority 101", "mirrored: --priority: found 101; expected 0 to 100.")]
    public async Task WrongRequest_EndsWith2_AndOneLine(string arguments, string error)
    {
        var outcome = await BuiltCommand.RunAsync(_folder.Path, arguments.Split(' '));

        Assert.Equal(new CommandOutcome(2, "", error + "\n"), outcome);
    }

    [Theory]
    [InlineData("run |", "the empty path: no such spec file. 'mirrored run --help' shows what a run needs.")]
    [InlineData("status |", "an address is empty; expected a path, az://account/container/path, s3://bucket/path or https://host/path.")]
    [InlineData("report |", "an address is empty; expected a path, az://account/container/path, s3://bucket/path or https://host/path.")]
    [InlineData("verify |", "an address is empty; expected a path, az://account/container/path, s3://bucket/path or https://host/path.")]
    [InlineData("inspect |", "the empty path: no such file.")]
    [InlineData("import | --out x", "a source has an empty path; expected [column=]file[:member].")]
    [InlineData("import x.npy --out |", "--out: the path is empty; expected a file that ends in .arrow, or what the files' names start with.")]
    public async Task AnEmptyPath_IsRefused(string arguments, string error)
    {
        var outcome = await BuiltCommand.RunAsync(_folder.Path, arguments.Split(' ').Select(argument => argument == "|" ? "" : argument));

        Assert.Equal(new CommandOutcome(2, "", $"mirrored: {error}\n"), outcome);
    }

    [Theory]
    [InlineData(2, "\u0080\u0004", "is a pickle, which is code; expected IDX, npy, npz or CSV. Save its arrays from Python with numpy.savez and import that.")]
    [InlineData(3, "MZ\u0000\u0001", "is a binary file of an unknown kind; expected IDX, npy, npz or CSV.")]
    [InlineData(3, "\u007fELF\u0002\u0001", "is a binary file of an unknown kind; expected IDX, npy, npz or CSV.")]
    public async Task AFileOfAnotherKind_IsNotImported(int exitCode, string latin1, string error)
    {
        File.WriteAllBytes(_folder.File("other"), System.Text.Encoding.Latin1.GetBytes(latin1));

        var outcome = await BuiltCommand.RunAsync(_folder.Path, "import", "other", "--out", "x");

        Assert.Equal(new CommandOutcome(exitCode, "", $"mirrored: other: {error}\n"), outcome);
    }

    [Fact]
    public async Task WhatIsWrongInASpecFile_NamesTheFile()
    {
        _folder.Write("comma.json", "{\n  \"seed\": 1,\n}");
        _folder.Write("field.json", """{"model": {"uri": "m"}, "train": {"shards": "t"}, "test": {"shards": "t", "row": "0"} }""");

        var comma = await BuiltCommand.RunAsync(_folder.Path, "run", "comma.json");
        var field = await BuiltCommand.RunAsync(_folder.Path, "run", "field.json", "--ascent-steps", "3");
        var flag = await BuiltCommand.RunAsync(_folder.Path, "run", "--model-uri", "m", "--train-shards", "t", "--test-shards", "t", "--ascent-steps", "0");

        Assert.Equal(new CommandOutcome(2, "", "mirrored: comma.json: line 3, byte 1: not JSON (a comma before '}'); expected one object without comments or trailing commas.\n"), comma);
        Assert.Equal(new CommandOutcome(2, "", "mirrored: field.json: test.row: unknown field; did you mean test.rows?\n"), field);
        Assert.Equal(new CommandOutcome(2, "", "mirrored: ascent.steps: found 0; expected a whole number of 1 or more.\n"), flag);
    }

    [Fact]
    public async Task PackedColumns_AreNamed()
    {
        _folder.Write("t.csv", "a,b\n1,2\n");
        _folder.Write("wide.csv", string.Join(',', Enumerable.Range(0, 20).Select(i => $"p{i}")) + "\n" + string.Join(',', Enumerable.Repeat(1, 20)) + "\n");

        var few = await BuiltCommand.RunAsync(_folder.Path, "import", "x=t.csv", "--out", "few.arrow");
        var many = await BuiltCommand.RunAsync(_folder.Path, "import", "x=wide.csv", "--out", "many.arrow");

        Assert.StartsWith("  x: int64[2] of a, b\n", few.Output, StringComparison.Ordinal);
        Assert.StartsWith("  x: int64[20] of p0, p1, p2, p3, …, p16, p17, p18, p19\n", many.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FilesInAFolderOfTheirOwn_AreNumbered()
    {
        _folder.Write("t.csv", "a\n1\n2\n");

        var first = await BuiltCommand.RunAsync(_folder.Path, "import", "t.csv", "--shards", "2", "--out", "train/");
        var again = await BuiltCommand.RunAsync(_folder.Path, "import", "t.csv", "--out", "train/");

        Assert.Equal(0, first.ExitCode);
        Assert.Equal(["00000.arrow", "00001.arrow"], Directory.EnumerateFiles(_folder.File("train")).Select(Path.GetFileName).Order());
        Assert.Equal(new CommandOutcome(2, "", "mirrored: train/00000.arrow: exists already. Remove it (and its like), or choose another --out.\n"), again);
    }

    [Fact]
    public async Task WrongData_EndsWith3()
    {
        _folder.Write("t.csv", "a,b\n1\n");

        var outcome = await BuiltCommand.RunAsync(_folder.Path, "import", "t.csv", "--out", "x");

        Assert.Equal(new CommandOutcome(3, "", "mirrored: t.csv: line 2 has 1 fields; the header has 2.\n"), outcome);
    }

    [Fact]
    public async Task FilesToImport_AreToldFromArrowFiles()
    {
        _folder.Write("t.csv", "a\n1\n");

        var outcome = await BuiltCommand.RunAsync(_folder.Path, "inspect", "t.csv");

        Assert.Equal(new CommandOutcome(2, "", "mirrored: t.csv: is no Arrow file; `mirrored import t.csv --out t.arrow` makes one of it.\n"), outcome);
    }

    [Fact]
    public async Task APyTorchFile_IsNotImported()
    {
        var model = Path.Combine(AppContext.BaseDirectory, "classifier.pt");

        var outcome = await BuiltCommand.RunAsync(_folder.Path, "import", $"x={model}", "--out", "x.arrow");

        Assert.Equal(2, outcome.ExitCode);
        Assert.StartsWith($"mirrored: {model}: is a PyTorch file", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlaceThatCannotBeWritten_EndsWith4()
    {
        _folder.Write("t.csv", "a\n1\n");

        var outcome = await BuiltCommand.RunAsync(_folder.Path, "import", "t.csv", "--out", "t.csv/x");

        Assert.Equal(4, outcome.ExitCode);
        Assert.StartsWith("mirrored: ", outcome.Error, StringComparison.Ordinal);
        Assert.Single(outcome.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task StackTrace_IsShownWithVerboseAlone()
    {
        var brief = await BuiltCommand.RunAsync(_folder.Path, "inspect", "nowhere.pt");
        var verbose = await BuiltCommand.RunAsync(_folder.Path, "inspect", "nowhere.pt", "--verbose");

        Assert.DoesNotContain("   at ", brief.Error, StringComparison.Ordinal);
        Assert.Contains("   at ", verbose.Error, StringComparison.Ordinal);
        Assert.Equal(2, verbose.ExitCode);
    }

    [Fact]
    public async Task PathsOfASpecFile_AreRelativeToIt_AndFlagsToTheCurrentDirectory()
    {
        Directory.CreateDirectory(_folder.File("specs"));
        _folder.Write("specs/run.json", """{"model": {"uri": "m.pt"}, "train": {"shards": "t.arrow"}, "test": {"shards": "t.arrow"}}""");

        var fromFile = await BuiltCommand.RunAsync(_folder.Path, "run", "specs/run.json");
        var fromFlag = await BuiltCommand.RunAsync(_folder.Path, "run", "specs/run.json", "--model-uri", "m.pt");

        Assert.StartsWith($"mirrored: {_folder.File("specs/m.pt")}: ", fromFile.Error, StringComparison.Ordinal);
        Assert.StartsWith($"mirrored: {_folder.File("m.pt")}: ", fromFlag.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PipedOutput_HoldsNoControlCodes()
    {
        _folder.Write("t.idx", Sources.Idx([300_000], new byte[300_000]));

        var import = await BuiltCommand.RunAsync(_folder.Path, "import", "t.idx", "--out", "t.arrow");
        var inspect = await BuiltCommand.RunAsync(_folder.Path, "inspect", "t.arrow");

        Assert.Equal(0, import.ExitCode);
        Assert.Equal(0, inspect.ExitCode);
        Assert.DoesNotContain(import.Output + import.Error + inspect.Output + inspect.Error, letter => char.IsControl(letter) && letter != '\n');
    }

    [Theory]
    [InlineData(2)]
    [InlineData(15)]
    public async Task StopSignal_EndsWith130_AndKeepsNoHalfFile(int signal)
    {
        WriteSparse("endless.npy", rowCount: 1L << 40);
        using var watcher = new FileSystemWatcher(_folder.Path, "*.partial");
        var begun = new TaskCompletionSource();
        watcher.Created += (_, _) => begun.TrySetResult();
        watcher.EnableRaisingEvents = true;
        using var process = BuiltCommand.Start(_folder.Path, "import", "endless.npy", "--out", "x.arrow");
        await begun.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        Assert.Equal(0, Kill(process.Id, signal));
        var outcome = await CommandProcess.EndAsync(process);

        Assert.Equal(new CommandOutcome(130, "", "mirrored: stopped: no file was kept.\n"), outcome);
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "x.*"));
    }

    [Fact]
    public async Task Version_IsPrinted()
    {
        var outcome = await BuiltCommand.RunAsync(_folder.Path, "--version");

        Assert.Equal(new CommandOutcome(0, "0.1.0\n", ""), outcome);
    }

    /// <summary>A file that claims many rows and takes no disk.</summary>
    private void WriteSparse(string name, long rowCount)
    {
        var header = Sources.Npy("|u1", $"{rowCount},", []);
        using var file = File.Create(_folder.File(name));
        file.Write(header);
        file.SetLength(header.Length + rowCount);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
