namespace MirroredInfluence.Core.Tests;

public sealed class ElementTypeTests
{
    [Fact]
    public void EveryName_ParsesToItsType()
    {
        foreach (var type in Enum.GetValues<ElementType>())
        {
            Assert.True(ElementTypes.TryParse(type.Name(), out var parsed));
            Assert.Equal(type, parsed);
        }
    }
}
