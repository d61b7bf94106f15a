namespace MirroredInfluence.Arrow;

/// <summary>What one of a column's buffers holds, and so how long it must at least be.</summary>
internal readonly record struct BufferRole(BufferRole.Content Holds, long BitsPerValue)
{
    public enum Content
    {
        /// <summary>A bit per value, absent when there are no nulls.</summary>
        Validity,

        /// <summary>One more offset than values; may be absent when there are none.</summary>
        Offsets,
        Values,

        /// <summary>Reached through offsets or not at all: any length.</summary>
        Any,
    }

    public string Name => Holds.ToString().ToLowerInvariant();

    public Int128 RequiredBytes(FieldNode node) => Holds switch
    {
        Content.Validity => node.NullCount == 0 ? 0 : ((Int128)node.Length + 7) / 8,
        Content.Offsets => node.Length == 0 ? 0 : ((Int128)node.Length + 1) * BitsPerValue / 8,
        Content.Values => (((Int128)node.Length * BitsPerValue) + 7) / 8,
        _ => 0,
    };
}
