namespace MirroredInfluence;

public enum RowIdKind : byte
{
    Integer = 1,
    Text = 2,
    Binary = 3,
}
