namespace MirroredInfluence.Arrow;

/// <summary>
/// The header of a record batch (Message.fbs) → a <see cref="RecordBatch"/> whose every node and buffer fits its column and its body.
/// </summary>
internal static class RecordBatchReader
{
    /// <summary>
    /// No codec packs a body tighter: Zstd's densest block makes 2¹⁷ bytes out of 4, and a byte holds at most eight bools. So a header
    /// cannot promise rows without end.
    /// </summary>
    private const long RowsPerBodyByteMax = 8L << 15;

    /// <param name="body">Lies in the file: its caller has checked it.</param>
    public static RecordBatch Read(FlatTable header, BatchLayout layout, long rowStart, BufferRange message, BufferRange body)
    {
        var where = header.Buffer.Where;
        var rowCount = header.Int64(0);
        if (rowCount < 0 || rowCount > long.MaxValue - rowStart)
            throw Failure.Data($"{where}: the record batch claims {rowCount:N0} rows.");
        var compression = ReadCompression(header);
        if (compression != BodyCompression.None && rowCount / RowsPerBodyByteMax > body.Length)
            throw Failure.Data($"{where}: the record batch claims {rowCount:N0} rows in a body of {body.Length:N0} bytes.");

        var batch = new RecordBatch
        {
            RowStart = rowStart,
            RowCount = rowCount,
            Message = message,
            BodyBytes = body.Length,
            Compression = compression,
            Nodes = ReadNodes(header, layout),
            VariadicCounts = ReadVariadicCounts(header, layout, out var variadicBuffers),
            Buffers = ReadBuffers(header, layout.BufferCount + variadicBuffers, body),
        };
        foreach (var field in layout.Fields)
        {
            if (batch.Nodes[field.NodeIndex].Length != rowCount)
                throw Misfit(where, field, $"{batch.Nodes[field.NodeIndex].Length:N0} values", $"{rowCount:N0} rows");
            RequireFit(where, field, batch);
        }

        return batch;
    }

    private static BodyCompression ReadCompression(FlatTable header)
    {
        if (header.Table(3) is not { } compression)
            return BodyCompression.None;
        return (compression.UInt8(0), compression.UInt8(1)) switch
        {
            (0, 0) => BodyCompression.Lz4Frame,
            (1, 0) => BodyCompression.Zstd,
            var (codec, method) => throw Failure.Data(
                $"{header.Buffer.Where}: the body is compressed with codec {codec}, method {method}; "
                + "LZ4_FRAME (0) and ZSTD (1) by buffer (0) are read."),
        };
    }

    private static FieldNode[] ReadNodes(FlatTable header, BatchLayout layout)
    {
        var nodes = header.Vector(1, 16);
        if (nodes.Count != layout.NodeCount)
        {
            throw Failure.Data(
                $"{header.Buffer.Where}: the record batch lists {nodes.Count:N0} field nodes; its schema needs {layout.NodeCount:N0}.");
        }

        var read = new FieldNode[nodes.Count];
        for (var nodeIndex = 0; nodeIndex < read.Length; nodeIndex++)
        {
            var node = new FieldNode(nodes.Int64(nodeIndex), nodes.Int64(nodeIndex, 8));
            if (node.Length < 0 || node.NullCount < 0 || node.NullCount > node.Length)
            {
                throw Failure.Data(
                    $"{header.Buffer.Where}: field node {nodeIndex} claims {node.Length:N0} values, {node.NullCount:N0} of them null.");
            }

            read[nodeIndex] = node;
        }

        return read;
    }

    private static int[] ReadVariadicCounts(FlatTable header, BatchLayout layout, out int sum)
    {
        var counts = header.Vector(4, 8);
        if (counts.Count != layout.VariadicCount)
        {
            throw Failure.Data(
                $"{header.Buffer.Where}: the record batch lists {counts.Count:N0} variadic "
                + $"counts; its schema needs {layout.VariadicCount:N0}.");
        }

        var bufferCount = header.Vector(2, 16).Count;
        var read = new int[counts.Count];
        sum = 0;
        for (var countIndex = 0; countIndex < read.Length; countIndex++)
        {
            var count = counts.Int64(countIndex);
            if (count < 0 || count > bufferCount - sum)
                throw Failure.Data($"{header.Buffer.Where}: a view column claims {count:N0} buffers of {bufferCount:N0}.");
            read[countIndex] = (int)count;
            sum += (int)count;
        }

        return read;
    }

    private static BufferRange[] ReadBuffers(FlatTable header, int expectedCount, BufferRange body)
    {
        var buffers = header.Vector(2, 16);
        if (buffers.Count != expectedCount)
        {
            throw Failure.Data(
                $"{header.Buffer.Where}: the record batch lists {buffers.Count:N0} buffers; its schema needs {expectedCount:N0}.");
        }

        var read = new BufferRange[buffers.Count];
        for (var bufferIndex = 0; bufferIndex < read.Length; bufferIndex++)
        {
            var (offset, length) = (buffers.Int64(bufferIndex), buffers.Int64(bufferIndex, 8));
            if (offset < 0 || length < 0 || length > body.Length || offset > body.Length - length)
            {
                throw Failure.Data(
                    $"{header.Buffer.Where}: buffer {bufferIndex} claims {length:N0} bytes "
                    + $"at byte {offset:N0} of a body of {body.Length:N0} bytes.");
            }

            read[bufferIndex] = new BufferRange(body.Offset + offset, length);
        }

        return read;
    }

    private static void RequireFit(string where, FieldLayout field, RecordBatch batch)
    {
        var node = batch.Nodes[field.NodeIndex];
        if (batch.Compression == BodyCompression.None)
        {
            var firstBuffer = field.BufferIndexIn(batch);
            for (var role = 0; role < field.Buffers.Length; role++)
            {
                var foundBytes = batch.Buffers[firstBuffer + role].Length;
                var requiredBytes = field.Buffers[role].RequiredBytes(node);
                if (foundBytes < requiredBytes)
                    throw Misfit(where, field, $"{foundBytes:N0} bytes of {field.Buffers[role].Name}", $"{requiredBytes:N0} bytes");
            }
        }

        foreach (var child in field.Children)
        {
            var required = field.Field.Kind switch
            {
                ArrowKind.Struct => node.Length,
                ArrowKind.FixedSizeList => (Int128)node.Length * field.Field.Size,
                _ => 0,
            };
            if (batch.Nodes[child.NodeIndex].Length < required)
                throw Misfit(where, child, $"{batch.Nodes[child.NodeIndex].Length:N0} values", $"{required:N0} values");
            RequireFit(where, child, batch);
        }
    }

    private static MirroredException Misfit(string where, FieldLayout field, string found, string needed) =>
        Failure.Data($"{where}: column '{field.Path}' ({field.Field.TypeName}) has {found}; the record batch needs {needed}.");
}
