using System.Collections.Immutable;

namespace MirroredInfluence.Arrow;

/// <summary>A column of a schema, or a child of one.</summary>
public sealed record ArrowField
{
    public required string Name { get; init; }

    /// <summary>Of the values; a dictionary-encoded field also has a <see cref="DictionaryIndexKind"/>.</summary>
    public required ArrowKind Kind { get; init; }

    /// <summary>Elements of a fixed-size list, bytes of a fixed-size binary, bits of a decimal, date or time; else 0.</summary>
    public int Size { get; init; }

    public bool Nullable { get; init; }

    public ImmutableArray<ArrowField> Children { get; init; } = [];

    public ImmutableDictionary<string, string> Metadata { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Type of the stored indices when the field is dictionary-encoded, else null.</summary>
    public ArrowKind? DictionaryIndexKind { get; init; }

    /// <summary>Which dictionary the indices point into; 0 when there is none.</summary>
    public long DictionaryId { get; init; }

    /// <summary>Name of the extension type, such as <c>arrow.fixed_shape_tensor</c>, or null.</summary>
    public string? ExtensionName => Metadata.GetValueOrDefault("ARROW:extension:name");

    /// <summary>Readable type: <c>fixed_size_list&lt;uint8&gt;[784]</c>, <c>struct&lt;bytes: binary, path: utf8&gt;</c>.</summary>
    public string TypeName
    {
        get
        {
            var name = Kind switch
            {
                ArrowKind.FixedSizeList => $"fixed_size_list<{Children[0].TypeName}>[{Size}]",
                ArrowKind.List => $"list<{Children[0].TypeName}>",
                ArrowKind.LargeList => $"large_list<{Children[0].TypeName}>",
                ArrowKind.Struct => $"struct<{string.Join(", ", Children.Select(child => $"{child.Name}: {child.TypeName}"))}>",
                ArrowKind.FixedSizeBinary => $"fixed_size_binary[{Size}]",
                _ => Kind.Name(),
            };
            return DictionaryIndexKind is { } index ? $"dictionary<{index.Name()}, {name}>" : name;
        }
    }
}
