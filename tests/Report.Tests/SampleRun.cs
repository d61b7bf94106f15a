using System.Collections.Immutable;
using System.Globalization;
using MirroredInfluence.Arrow;
using MirroredInfluence.Engine;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Report.Tests;

/// <summary>A finished run over files of its own: two training files (one a compressed stream) of small pictures, and a test file whose rows are copies of training rows.</summary>
internal sealed class SampleRun : IDisposable
{
    public const int Height = 8, Width = 10;

    private const int RowsPerFile = 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("mirrored-report-").FullName;

    /// <param name="caption">Of a training or test row.</param>
    /// <param name="rank">Influence is negative for every third row.</param>
    public SampleRun(
        int queryCount = 3, int topK = 5, Func<long, string>? caption = null, bool hasPictures = true, bool hasGroups = false,
        Func<int, string>? name = null, ReportSpec? report = null, RankOrder rank = RankOrder.Proponents)
    {
        caption ??= row => $"row number {row}";
        ImmutableArray<DataFile> train =
        [
            Write("train-0.arrow", ArrowFormat.File, BodyCompression.None, 0, caption, hasPictures),
            Write("train-1.arrow", ArrowFormat.Stream, BodyCompression.Lz4Frame, RowsPerFile, caption, hasPictures),
        ];
        var test = Write("test.arrow", ArrowFormat.File, BodyCompression.None, 0, caption, hasPictures);
        var spec = new RunSpec
        {
            Model = new ModelSpec { Uri = "/models/small.pt", Sha256 = new string('c', 64) },
            Train = new TrainSpec { Shards = [Path.Combine(_folder, "train-*.arrow")], Id = "id" },
            Test = new TestSpec { Shards = [test.Uri] },
            Score = new ScoreSpec { TopK = topK, Rank = rank },
            Report = report ?? new ReportSpec { Caption = "caption" },
        };
        var columns = ImmutableSortedDictionary<string, ColumnSpec>.Empty.Add(
            "image", new ColumnSpec { Column = "image", Dtype = ElementType.Float32, StoredDtype = ElementType.UInt8, Shape = [1, Height, Width] });
        Manifest = RunManifest.Create(spec, new RunInputs { ModelDigest = new string('c', 64), Train = train, Test = [test], Columns = columns }, "1.2.3");

        var plan = RunPlan.Cut(train, 16, 4);
        var unscorable = new UnscorableRows();
        unscorable.Add(new UnscorableRow(39, UnscorableReason.WrongLength, RowValue.Of(39L)));
        Result = new RunResult
        {
            Run = Manifest.Run,
            Estimator = "forward-inf",
            Rank = rank,
            Queries = [.. Enumerable.Range(0, queryCount).Select(query => Reduce(query, name?.Invoke(query) ?? $"test-{query}", topK, hasGroups, plan, rank))],
            ExpectedRows = 40,
            ScoredRows = 39,
            Unscorable = unscorable,
        };
    }

    public RunManifest Manifest { get; }

    public RunResult Result { get; }

    public DataFiles Data { get; } = new(new ObjectCache(folder: null, long.MaxValue, TimeProvider.System), TimeProvider.System, TestContext.Current.CancellationToken);

    public string File(string name) => Path.Combine(_folder, name);

    /// <summary>The page, as a file.</summary>
    public string WritePage()
    {
        using (var stream = System.IO.File.Create(File("report.html")))
            HtmlReport.Write(stream, Result, Manifest, Data, "sample", TestContext.Current.CancellationToken);
        return File("report.html");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The picture of a row: no two rows have the same.</summary>
    public static byte[] Pixels(long row) => [.. Enumerable.Range(0, Height * Width).Select(pixel => (byte)((pixel * 3) + (row * 5)))];

    private static QueryResult Reduce(int query, string name, int topK, bool hasGroups, RunPlan plan, RankOrder rank)
    {
        var reduction = new QueryReduction(topK, rank);
        for (var row = 0; row < 39; row++)
        {
            var distance = 1 + Math.Abs(row - (query % RowsPerFile));
            var influence = (row % 3 == 2 ? -0.25f : 1f) / distance;
            reduction.Add(row, influence, influence, 0.5f / distance, hasGroups ? (row % 2 == 0 ? "even" : "odd") : null);
        }

        var testRow = new TestRow(0, query % RowsPerFile, RowValue.Of((long)(query % RowsPerFile)));
        var result = QueryResult.From(new Query { Name = name, Rows = [testRow] }, reduction, plan);
        return result with { Top = [.. result.Top.Select(row => row with { Id = RowValue.Of(row.TrainRow) })] };
    }

    private DataFile Write(string name, ArrowFormat format, BodyCompression compression, int firstRow, Func<long, string> caption, bool hasPictures)
    {
        var image = new TensorColumnWriter("image", ElementType.UInt8, [Height, Width]);
        var captions = new TextColumnWriter("caption");
        var ids = new TensorColumnWriter("id", ElementType.Int64);
        ColumnWriter[] columns = hasPictures ? [ids, image, captions] : [ids, captions];
        using var stream = System.IO.File.Create(File(name));
        var writer = new ArrowWriter(stream, columns, format, compression);
        for (var row = firstRow; row < firstRow + RowsPerFile; row++)
        {
            if (hasPictures)
                image.AppendRows<byte>(Pixels(row));
            captions.Append(caption(row));
            ids.Append((long)row);
            if (row % 7 == 6)
                writer.WriteBatch();
        }

        writer.Complete();
        return new DataFile { Uri = File(name), Digest = firstRow.ToString("x64", CultureInfo.InvariantCulture), RowCount = RowsPerFile };
    }
}
