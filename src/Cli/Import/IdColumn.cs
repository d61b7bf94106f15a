using System.Runtime.InteropServices;

namespace MirroredInfluence.Cli.Import;

/// <summary>A row's index in its source.</summary>
internal sealed class IdColumn(string name) : MadeColumn(new SourceColumn(name, ElementType.Int64, []))
{
    public override void Make(long rowIndex) => MemoryMarshal.Write(Column.SetValue(sizeof(long)), rowIndex);
}
