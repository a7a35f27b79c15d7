using Xunit;

[assembly: AssemblyTrait("Category", "Paths")] // a law holds on every instruction set
