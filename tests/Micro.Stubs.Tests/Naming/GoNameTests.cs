using Micro.Transport.Grpc.Stubs;

namespace Micro.Stubs.Naming;

public sealed class GoNameTests
{
    [Theory]
    [InlineData("one", "One")]
    [InlineData("Hello", "Hello")]
    [InlineData("one_two", "OneTwo")]
    [InlineData("_my_field_name_2", "XMyFieldName_2")]
    [InlineData("Something_Capped", "Something_Capped")]
    [InlineData("my_Name", "My_Name")]
    [InlineData("OneTwo", "OneTwo")]
    [InlineData("a2b", "A2B")]
    [InlineData("a__b", "A_B")]
    [InlineData("_", "X")]
    [InlineData("_a_", "XA_")]
    public void Of_NameOfAProtoFile_IsTheExportedGoName(string name, string expected) => GoName.Of(name).Should().Be(expected);
}
