using System.Globalization;
using System.Runtime.InteropServices;
using MirroredInfluence;
using MirroredInfluence.Torch;

// usage: BareForward <model> <mini-batch rows> <cold | warm>
// What the native forward does on rows already in memory, and nothing else: the yardstick for the engine around it. Arguments of forward take random
// rows, floating-point ones from uint8 by a scale, as pictures are stored. cold = losses under θ̂ and θ̃, warm = under θ̃. Goes round for ever; prints the
// rows done and the CPU seconds they took.
const int RowsAPart = 8192;

if (args is not [_, _, "cold" or "warm"])
{
    Console.Error.WriteLine("usage: BareForward <model> <mini-batch rows> <cold | warm>");
    return 2;
}

var (rowCount, isCold) = (int.Parse(args[1], CultureInfo.InvariantCulture), args[2] == "cold");
using var model = BaseModel.Load(args[0]);
var layout = ArgumentLayout.Bind(model.Signature, [.. model.Signature.Arguments.Select(ColumnOf)]);
var pointers = layout.Columns.SelectMany(column => RandomRows(column, rowCount)).ToArray();

using var ascended = model.Ascend(new AscentSpec(), new AscentBatch { Layout = layout, RowCount = rowCount, RowPointers = pointers }).Weights;
using var lane = model.CreateLane(layout);
var losses = new float[rowCount];
Score();   // libtorch compiles on the first call

var (start, rows) = (Environment.CpuUsage.TotalTime, 0L);
while (true)
{
    for (var left = RowsAPart; left > 0; left -= rowCount, rows += rowCount)
        Score();
    Console.WriteLine(FormattableString.Invariant($"{rows} {(Environment.CpuUsage.TotalTime - start).TotalSeconds}"));
}

void Score()
{
    lane.Load(pointers, rowCount, []);
    if (isCold)
        lane.Losses(null, 0, losses);
    lane.Losses(ascended, 0, losses);
}

static ColumnArgument ColumnOf(ModelArgument argument)
{
    var (dtype, shape) = (argument.Dtype, argument.Shape) is ({ } known, { } rowShape)
        ? (known, rowShape)
        : throw new ArgumentException($"'{argument.Name}': the archive does not say its type; export the model with python/mirrored_export");
    return new ColumnArgument
    {
        Name = argument.Name,
        Column = argument.Name,
        StoredDtype = dtype.IsFloat() ? ElementType.UInt8 : dtype,
        Dtype = dtype,
        Shape = shape,
        Scale = dtype.IsFloat() ? 1 / 255.0 : 1,
    };
}

// Random bytes; whole numbers are 0 or 1, which every class and token index may be. Never freed.
static unsafe IEnumerable<nint> RandomRows(ColumnArgument column, int rowCount)
{
    var elementCount = column.Shape.Aggregate(1, (product, size) => product * size);
    var elementBytes = column.StoredDtype.SizeBytes();
    var memory = (nint)NativeMemory.AllocZeroed((nuint)(rowCount * elementCount * elementBytes));
    var random = new Random(0);
    for (var element = 0; element < rowCount * elementCount; element++)
        Marshal.WriteByte(memory, element * elementBytes, (byte)random.Next(column.Dtype.IsFloat() ? 256 : 2));
    return Enumerable.Range(0, rowCount).Select(row => memory + (row * elementCount * elementBytes));
}
