using System.Collections.Immutable;

namespace MirroredInfluence.Arrow;

/// <summary>A column found by its path: the structs that lead to it, from the root, and the field itself.</summary>
internal sealed class FieldPath
{
    private const int NamesComparedMax = 1000;
    private const int NamesShownMax = 20;

    private FieldPath(ImmutableArray<FieldLayout> fields) => Fields = fields;

    /// <summary>Structs first; the last one is the column.</summary>
    public ImmutableArray<FieldLayout> Fields { get; }

    public FieldLayout Column => Fields[^1];

    /// <summary>A field whose own name holds a dot is found before a child of a struct.</summary>
    public static FieldPath Find(string fileName, BatchLayout layout, string columnPath)
    {
        var fields = ImmutableArray.CreateBuilder<FieldLayout>();
        return TryFind(fileName, layout.Fields, columnPath, columnPath, fields)
            ? new FieldPath(fields.ToImmutable())
            : throw Missing(fileName, layout.Fields, columnPath);
    }

    private static bool TryFind(
        string fileName,
        ImmutableArray<FieldLayout> candidates,
        string rest,
        string columnPath,
        ImmutableArray<FieldLayout>.Builder found)
    {
        for (var nameLength = rest.Length; nameLength > 0; nameLength = rest.LastIndexOf('.', nameLength - 1))
        {
            var name = rest[..nameLength];
            var named = candidates.Where(candidate => candidate.Field.Name == name).Take(2).ToArray();
            if (named.Length == 0)
                continue;
            if (named.Length == 2)
            {
                throw Failure.Invalid(
                    $"{fileName}: column '{columnPath}' is ambiguous: there are several fields named '{name}'. Rename one.");
            }

            found.Add(named[0]);
            if (nameLength == rest.Length)
                return true;
            var isStruct = named[0].Field is { Kind: ArrowKind.Struct, DictionaryIndexKind: null };
            if (isStruct && TryFind(fileName, named[0].Children, rest[(nameLength + 1)..], columnPath, found))
                return true;
            found.RemoveAt(found.Count - 1);
        }

        return false;
    }

    private static MirroredException Missing(string fileName, ImmutableArray<FieldLayout> fields, string columnPath)
    {
        var names = Bindable(fields).Take(NamesComparedMax).ToArray();
        var shown = names.Length == 0 ? "no columns" : string.Join(", ", names.Take(NamesShownMax));
        var more = names.Length > NamesShownMax ? ", …" : "";
        return Failure.Invalid($"{fileName}: no column '{columnPath}'{NearestName.Ending(columnPath, names)} The file has {shown}{more}.");
    }

    /// <summary>Columns, and instead of a struct the fields in it.</summary>
    private static IEnumerable<string> Bindable(ImmutableArray<FieldLayout> fields) => fields.SelectMany(field =>
        field.Field is { Kind: ArrowKind.Struct, DictionaryIndexKind: null } ? Bindable(field.Children) : [field.Path]);
}
