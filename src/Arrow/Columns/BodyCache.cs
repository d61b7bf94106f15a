namespace MirroredInfluence.Arrow;

/// <summary>The bodies that were read last, for reading at random. Used under its owner's lock while the map is held.</summary>
internal sealed class BodyCache(MappedFile file, FieldLayout[] fields)
{
    private const int BodiesMax = 4;

    private readonly List<BatchBody> _bodies = [];      // last used first

    public BatchBody Get(RecordBatch batch)
    {
        for (var place = 0; place < _bodies.Count; place++)
        {
            if (_bodies[place].Batch == batch)
                return MoveToFront(place);
        }

        using var decoder = BodyDecoder.For(batch.Compression);
        if (_bodies.Count < BodiesMax)
            _bodies.Add(new BatchBody(file, fields));
        var body = MoveToFront(_bodies.Count - 1);
        body.Load(batch, decoder);
        return body;
    }

    private BatchBody MoveToFront(int place)
    {
        var body = _bodies[place];
        if (place > 0)
        {
            _bodies.RemoveAt(place);
            _bodies.Insert(0, body);
        }

        return body;
    }
}
