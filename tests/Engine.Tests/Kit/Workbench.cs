using MirroredInfluence.Arrow;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine.Tests;

/// <summary>A folder with data, run directories and a cache, and the engine over them.</summary>
internal sealed class Workbench : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string File(string name) => _folder.File(name);

    /// <summary>The classifier on 100 training images and 3 test images, without a cache.</summary>
    public RunSpec Spec(string? model = null, Images? train = null, Images? test = null)
    {
        (train ?? new Images()).Write(File("train.arrow"));
        (test ?? new Images { FirstRow = 5000, RowCount = 3 }).Write(File("test.arrow"));
        return SpecOf(model ?? Archives.Classifier, "id");
    }

    /// <summary>The exponential model on rows of four numbers, without ids.</summary>
    public RunSpec VectorSpec(float[][] train, float[][] test, string? model = null)
    {
        WriteVectors("train.arrow", train);
        WriteVectors("test.arrow", test);
        return SpecOf(model ?? Archives.Exponential, id: null);
    }

    /// <param name="directory">Name of the run directory; the same name goes on with the same run.</param>
    public Task<RunResult> RunAsync(RunSpec spec, string directory = "run", IProgress<RunProgress>? progress = null, CancellationToken? cancellation = null) =>
        new LocalEngine(AnyFiles.Data, TimeProvider.System, progress).RunAsync(spec, Store(directory), cancellation ?? TestContext.Current.CancellationToken);

    public LocalObjectStore Store(string directory) => new(File(directory));

    /// <summary>The message that a run is refused with.</summary>
    public async Task<string> RefusalOf(RunSpec spec, FailureKind kind)
    {
        var exception = await Assert.ThrowsAsync<MirroredException>(() => RunAsync(spec));
        Assert.Equal(kind, exception.Kind);
        return exception.Message;
    }

    /// <summary>Name and bytes of every part.</summary>
    public Dictionary<string, byte[]> Parts(string directory = "run") =>
        Directory.GetFiles(Path.Combine(File(directory), "parts")).ToDictionary(path => Path.GetFileName(path), System.IO.File.ReadAllBytes);

    public void WriteVectors(string name, float[][] rows)
    {
        using var stream = System.IO.File.Create(File(name));
        var x = new TensorColumnWriter("x", ElementType.Float32, [rows[0].Length]);
        foreach (var row in rows)
            x.AppendRows<float>(row);
        new ArrowWriter(stream, [x]).Complete();
    }

    /// <summary>One image, with a label of a type that the classifier's argument cannot hold.</summary>
    public void WriteRealLabel(string name)
    {
        using var stream = System.IO.File.Create(File(name));
        var image = new TensorColumnWriter("image", ElementType.Float32, [1, 4, 4]);
        var label = new TensorColumnWriter("label", ElementType.Float32);
        image.AppendRows<float>(Images.Pixels(0));
        label.Append(1f);
        new ArrowWriter(stream, [image, label]).Complete();
    }

    public void Dispose() => _folder.Dispose();

    private RunSpec SpecOf(string model, string? id) => new()
    {
        Model = new ModelSpec { Uri = model },
        Train = new TrainSpec { Shards = [File("train.arrow")], Id = id },
        Test = new TestSpec { Shards = [File("test.arrow")] },
        Score = new ScoreSpec { TopK = 10, MiniBatchRows = 8 },
        Compute = new ComputeSpec { Lanes = 1, ShardRows = 32, Cache = "none" },
    };
}
