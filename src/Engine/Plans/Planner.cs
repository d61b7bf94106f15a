using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MirroredInfluence.Storage;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>
/// Spec, model and files → a run that can be ascended and scored, or why it cannot. Reads metadata, test rows' names and, for digests,
/// every bound byte.
/// </summary>
/// <param name="digests">Null leaves digests empty, and the run's id without meaning: for what is never stored.</param>
public sealed class Planner(DataFiles data, DigestCache? digests, TimeProvider time, IProgress<RunProgress>? progress = null)
{
    /// <exception cref="MirroredException">Invalid or Data: a pattern, a file, a column or a query that cannot be used.</exception>
    public PlannedRun Plan(RunSpec spec, BaseModel model, CancellationToken cancellationToken)
    {
        Estimator.Named(spec.Score.Estimator);
        var trainPaths = data.Expand(spec.Train.Shards, "train.shards");
        var testPaths = data.Expand(spec.Test.Shards, "test.shards");
        var layout = BindFirst(trainPaths[0], model.Signature, spec);
        if (spec.Ascent.FlatLossEscape is { } escape)
            CheckEscape(spec.Ascent, escape, layout);

        var testId = QueryReader.IdColumn(data, spec, testPaths);
        var testGroup = spec.Test.Query is "row" or "all" ? null : spec.Test.Query;
        Require(trainPaths[0], ("train.id", spec.Train.Id), ("train.group", spec.Train.Group));
        Require(testPaths[0], ("test.id", spec.Test.Id), ("test.query", testGroup));
        using var meter = new ProgressMeter(time, progress, RunPhase.Planning, trainPaths.Length + testPaths.Length);
        var inputs = new RunInputs
        {
            ModelDigest = model.Sha256,
            Train = Describe(trainPaths, layout, spec.Train.Id, spec.Train.Group, meter, cancellationToken),
            Test = Describe(testPaths, layout, testId, testGroup, meter, cancellationToken),
            Columns = layout.Columns.ToImmutableSortedDictionary(column => column.Name, Resolved, StringComparer.Ordinal),
        };
        var plan = RunPlan.Cut(inputs.Train, spec.Compute.ShardRows, spec.Score.MiniBatchRows);
        if (plan.RowCount == 0)
        {
            throw Failure.Data(
                $"train.shards: the training set is empty: {trainPaths.Length:N0} files with 0 rows, {trainPaths[0]} the first; "
                + "expected at least one row.");
        }

        return new PlannedRun
        {
            Manifest = RunManifest.Create(Pinned(spec, model.Sha256), inputs, typeof(Planner).Assembly.GetName().Version!.ToString(3)),
            Plan = plan,
            Queries = QueryReader.Read(data, spec, inputs.Test),
            Layout = layout,
            Data = data,
        };
    }

    /// <summary>The run that another worker has planned, as this one sees its files. Reads metadata and test rows' names only.</summary>
    /// <exception cref="MirroredException">Invalid: the run is of another spec or model, or other files are found here.</exception>
    internal PlannedRun Join(RunSpec spec, BaseModel model, RunManifest planned, RunPlan plan)
    {
        var manifest = Find(spec, model.Sha256, planned);
        var rowStarts = plan.Shards.ToLookup(shard => shard.FileIndex, shard => shard.RowStart);
        return new PlannedRun
        {
            Manifest = manifest,
            Plan = RunPlan.Of(manifest.Inputs.Train, file => rowStarts[file]),
            Queries = QueryReader.Read(data, spec, manifest.Inputs.Test),
            Layout = BindFirst(manifest.Inputs.Train[0].Uri, model.Signature, spec),
            Data = data,
        };
    }

    /// <summary>What another has planned, with its files where they are here.</summary>
    /// <exception cref="MirroredException">Invalid: other files are found here.</exception>
    internal RunManifest Find(RunSpec spec, string modelDigest, RunManifest planned) => RunManifest.Create(
        Pinned(spec, modelDigest),
        planned.Inputs with
        {
            ModelDigest = modelDigest,
            Train = Found(planned.Inputs.Train, spec.Train.Shards, "train.shards"),
            Test = Found(planned.Inputs.Test, spec.Test.Shards, "test.shards"),
        },
        planned.CodeVersion);

    /// <summary>Digest of a file's bound columns, ids and groups; of a remote file's version instead, which needs none of its rows (docs/decisions/0073).</summary>
    internal static string DigestOf(
        BoundFile file, string? id, string? group, DigestCache digests, CancellationToken cancellationToken)
    {
        var columns = file.Layout.Columns.Select(column => $"{column.Column}: {column.StoredDtype} [{string.Join(',', column.Shape)}]");
        var bindings = string.Join('\n', [.. columns, $"id {id}", $"group {group}"]);
        return file.Version is { } version
            ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{version}\n{bindings}")))
            : digests.Of(file.File.Path, bindings, () => RowsDigest.Compute(file, cancellationToken));
    }

    private ImmutableArray<DataFile> Found(ImmutableArray<DataFile> planned, ImmutableArray<string> patterns, string field)
    {
        var paths = data.Expand(patterns, field);
        return paths.Length == planned.Length
            ? [.. planned.Zip(paths, (file, path) => file with { Uri = path })]
            : throw Failure.Invalid(
                $"{field}: {paths.Length:N0} files here; the run was planned with {planned.Length:N0}. Every worker must see the same files.");
    }

    /// <summary>The spec as a run records it: the model's digest in it, and no signature.</summary>
    private static RunSpec Pinned(RunSpec spec, string modelDigest) => spec with
    {
        Model = new ModelSpec { Uri = FileUri.IsRemote(spec.Model.Uri) ? DataFiles.WithoutQuery(spec.Model.Uri) : Path.GetFullPath(spec.Model.Uri), Sha256 = modelDigest },
        Train = spec.Train with { Shards = [.. spec.Train.Shards.Select(DataFiles.WithoutQuery)] },
        Test = spec.Test with { Shards = [.. spec.Test.Shards.Select(DataFiles.WithoutQuery)] },
    };

    private ArgumentLayout BindFirst(string path, ModelSignature signature, RunSpec spec)
    {
        using var file = data.Open(path);
        return ArgumentBinder.Bind(file, signature, spec);
    }

    /// <summary>Finds columns that a field names, so that a message can say which field it was.</summary>
    private void Require(string path, params (string Field, string? Column)[] named)
    {
        using var file = data.Open(path);
        foreach (var (field, column) in named)
        {
            if (column is not null)
                file.BindValue(column, field);
        }
    }

    private ImmutableArray<DataFile> Describe(
        ImmutableArray<string> paths,
        ArgumentLayout layout,
        string? id,
        string? group,
        ProgressMeter meter,
        CancellationToken cancellationToken)
    {
        var files = new DataFile[paths.Length];
        var queue = new WorkQueue<int>([.. Enumerable.Range(0, paths.Length)]);
        var threadCount = paths.Any(FileUri.IsRemote) ? Math.Min(DataFiles.OpenedAtOnce, paths.Length) : 1;
        LaneThreads.RunAsync(threadCount, DescribeSome, cancellationToken).GetAwaiter().GetResult();
        return ImmutableCollectionsMarshal.AsImmutableArray(files);

        void DescribeSome(int threadIndex, CancellationToken stop)
        {
            while (queue.TryTake(out var index))
            {
                stop.ThrowIfCancellationRequested();
                using var file = BoundFile.Open(data, paths[index], layout, id, group);
                var digest = digests is null ? "" : DigestOf(file, id, group, digests, stop);
                files[index] = new DataFile { Uri = paths[index], Digest = digest, RowCount = file.File.RowCount };
                meter.Add(1);
            }
        }
    }

    private static ColumnSpec Resolved(ColumnArgument column) => new()
    {
        Column = column.Column,
        Dtype = column.Dtype,
        StoredDtype = column.StoredDtype,
        Shape = column.Shape,
        Scale = column.Scale,
        Offset = column.Offset,
    };

    private static void CheckEscape(AscentSpec ascent, FlatLossEscapeSpec escape, ArgumentLayout layout)
    {
        if (ascent.Direction != AscentDirection.Ascent)
        {
            throw Failure.Invalid(
                "ascent.flatLossEscape: waits for a loss that rises, but ascent.direction is descent; expected ascent. "
                + "Leave one of the two out.");
        }

        Ascender.EscapeArgument(layout, escape);
    }
}
