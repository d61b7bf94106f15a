namespace MirroredInfluence;

/// <summary>Marks a field that never changes a result beyond float rounding, or that another field of the identity already decides.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OutsideIdentityAttribute : Attribute;
