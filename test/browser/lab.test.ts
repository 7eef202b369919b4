import '../lab/digest.test.ts';
