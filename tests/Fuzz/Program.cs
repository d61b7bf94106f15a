using System.Diagnostics;
using System.Globalization;
using MirroredInfluence.Fuzz;

// usage: Fuzz <seconds> <seed> <file or folder>…
// Mutates the files and reads what comes of it until the time is over. An input that is being read lies in fuzz-current.bin in the temporary folder:
// after a crash it is the culprit. One that fails otherwise, takes long or takes much memory is kept as fuzz-<number>.bin.
const int InputBytesMax = 1 << 20;
const long AllocatedBytesMax = 256L << 20;
const double SecondsMax = 5;

if (args.Length < 3)
{
    Console.Error.WriteLine("usage: Fuzz <seconds> <seed> <file or folder>...");
    return 2;
}

var duration = TimeSpan.FromSeconds(double.Parse(args[0], CultureInfo.InvariantCulture));
var seed = int.Parse(args[1], CultureInfo.InvariantCulture);
var inputs = args[2..]
    .SelectMany(path => Directory.Exists(path) ? Directory.GetFiles(path, "*", SearchOption.AllDirectories).Order() : Enumerable.Repeat(path, 1))
    .Where(path => !path.EndsWith(".gz", StringComparison.Ordinal) && !path.EndsWith(".md", StringComparison.Ordinal))
    .Select(File.ReadAllBytes)
    .Where(bytes => bytes.Length is > 0 and <= InputBytesMax)
    .ToArray();
using var current = new FileStream(Path.Combine(Path.GetTempPath(), "fuzz-current.bin"), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
var mutator = new Mutator(seed, inputs, InputBytesMax);
using var memory = new GuardedMemory(InputBytesMax);

var (tried, accepted, refused, defects, readBytes, slowest, largest) = (0L, 0L, 0L, 0L, 0L, TimeSpan.Zero, 0L);
var clock = Stopwatch.StartNew();
while (clock.Elapsed < duration)
{
    var input = mutator.Next();
    current.Position = 0;
    current.Write(input);
    current.SetLength(input.Length);
    var started = clock.Elapsed;
    var allocated = GC.GetTotalAllocatedBytes();
    tried++;
    string? defect = null;
    try
    {
        if (FileExerciser.Exercise(memory.Place(input), "input") is { } read)
        {
            accepted++;
            readBytes += read;
        }
        else
        {
            refused++;
        }
    }
#pragma warning disable CA1031 // Whatever is thrown is a defect to report.
    catch (Exception failure)
#pragma warning restore CA1031
    {
        defect = failure.ToString();
    }

    var elapsed = clock.Elapsed - started;
    allocated = GC.GetTotalAllocatedBytes() - allocated;
    slowest = elapsed > slowest ? elapsed : slowest;
    largest = Math.Max(largest, allocated);
    if (elapsed.TotalSeconds > SecondsMax)
        defect ??= $"took {elapsed.TotalSeconds:F1} s";
    if (allocated > AllocatedBytesMax)
        defect ??= $"allocated {allocated:N0} bytes";
    if (defect is null)
        continue;
    defects++;
    var kept = Path.Combine(Path.GetTempPath(), $"fuzz-{tried}.bin");
    File.WriteAllBytes(kept, input);
    Console.WriteLine($"{kept}: {defect}");
}

Console.WriteLine(
    $"seed {seed}, {inputs.Length} files: {tried:N0} inputs tried, {accepted:N0} accepted, {refused:N0} refused, {defects:N0} defects in {clock.Elapsed.TotalSeconds:F0} s; "
    + $"{readBytes:N0} read, slowest {slowest.TotalMilliseconds:F0} ms, largest allocation {largest:N0} bytes");
return defects == 0 ? 0 : 1;
